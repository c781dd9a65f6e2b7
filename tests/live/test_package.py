"""What is shipped: the unit, its sandbox, the example configuration, the package."""
import pathlib
import shutil
import subprocess

import pytest

from support.daemon import ROOT, run

UNIT = ROOT / "systemd" / "wsrelayd.service"


def systemd_analyze(*arguments):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


def test_the_sandbox_scores_at_most_one_and_a_half():
    done = systemd_analyze("security", "--offline=true", "--threshold=15", UNIT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unit_says_what_the_daemon_needs():
    settings = [line for line in UNIT.read_text().splitlines() if "=" in line]
    for line in ("Type=notify", "RestartPreventExitStatus=CONFIG USAGE", "User=wsrelayd",
                 "RuntimeDirectoryMode=0700"):
        assert line in settings
    reloads = [line for line in settings if line.startswith("ExecReload=")]
    assert "--check-config" in reloads[0] and "-HUP $MAINPID" in reloads[1]


def test_the_shipped_configuration_is_valid():
    status, _, err = run("--check-config", ROOT / "etc/wsrelayd/wsrelayd.yaml")
    assert status == 0, err


def test_every_option_stands_in_the_manual():
    manual = (ROOT / "docs/wsrelayd.8.scd").read_text()
    options = {word.strip(",[]=") for word in run("--help")[1].split() if word.startswith("--")}
    assert {"--config", "--check-config", "--version", "--help"} <= options
    for option in options:
        assert f"*{option}*" in manual, option


def test_installed_files_are_where_the_unit_looks():
    install = (ROOT / "debian/wsrelayd.install").read_text()
    assert "etc/wsrelayd/wsrelayd.yaml etc/wsrelayd" in install
    assert (ROOT / "debian/wsrelayd.service").resolve() == UNIT


@pytest.mark.long
def test_the_package_builds_and_lints_clean(tmp_path):
    source = tmp_path / "wsrelayd"
    subprocess.run(["cp", "-a", ROOT, source], check=True)
    for stray in ("build", ".git"):
        shutil.rmtree(source / stray, ignore_errors=True)
    built = subprocess.run(["dpkg-buildpackage", "-b", "-us", "-uc"], cwd=source, timeout=900,
                           capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-4000:]
    changes = next(tmp_path.glob("*.changes"))
    package = next(pathlib.Path(tmp_path).glob("wsrelayd_*.deb"))
    content = subprocess.run(["dpkg", "-c", package], capture_output=True, text=True, check=True)
    for part in ("/usr/sbin/wsrelayd", "/etc/wsrelayd/wsrelayd.yaml", "wsrelayd.service",
                 "sysusers.d/wsrelayd.conf", "man8/wsrelayd.8.gz"):
        assert part in content.stdout, part
    library = next(pathlib.Path(tmp_path).glob("libwsrelay-dev_*.deb"))
    content = subprocess.run(["dpkg", "-c", library], capture_output=True, text=True, check=True)
    for part in ("/include/wsrelay/client/client.hpp", "/libwsrelay.a", "/wsrelay-config.cmake",
                 "/pkgconfig/wsrelay.pc", "/examples/echo_client.cpp"):
        assert part in content.stdout, part
    if not shutil.which("lintian"):
        pytest.skip("built; lintian is not installed")
    linted = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", changes],
                            capture_output=True, text=True, timeout=300, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
