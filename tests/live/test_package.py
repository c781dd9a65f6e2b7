"""What is shipped: the unit, its sandbox, the example configuration, the package."""
import pathlib
import shutil
import subprocess

import pytest

from support.daemon import ROOT, run

UNIT = ROOT / "systemd" / "wsrelayd.service"
TEMPLATE = ROOT / "systemd" / "wsrelayd@.service"
UNITS = pytest.mark.parametrize("unit", [UNIT, TEMPLATE], ids=lambda unit: unit.stem)


def systemd_analyze(*arguments):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


@UNITS
def test_the_sandbox_scores_at_most_one_and_a_half(unit):
    done = systemd_analyze("security", "--offline=true", "--threshold=15", unit)
    assert done.returncode == 0, done.stdout + done.stderr


def settings_of(unit):
    return [line for line in unit.read_text().splitlines() if "=" in line and line[0] not in "#["]


@UNITS
def test_the_unit_says_what_the_daemon_needs(unit):
    settings = settings_of(unit)
    for line in ("Type=notify", "RestartPreventExitStatus=CONFIG USAGE", "User=wsrelayd",
                 "RuntimeDirectoryMode=0700", "LimitCORE=0"):
        assert line in settings
    # The daemon is told in any case, and says on MQTT what is wrong; then systemctl says so, too.
    reloads = [line for line in settings if line.startswith("ExecReload=")]
    assert "-HUP $MAINPID" in reloads[0] and "--check-config" in reloads[1]


def test_the_template_differs_in_names_only():
    def plain(unit):
        return [line.replace("wsrelayd/main", "wsrelayd/%i").replace("StateDirectory=wsrelayd/%i",
                                                                     "StateDirectory=wsrelayd")
                for line in settings_of(unit) if "Exec" not in line and "Description" not in line]
    assert plain(UNIT) == plain(TEMPLATE)
    words = [line.split() for line in settings_of(TEMPLATE) if "/usr/sbin/wsrelayd" in line]
    for command in words:
        assert command[-2:] == ["--name=%i", "--config=/etc/wsrelayd/%i.yaml"]


@UNITS
def test_the_drop_ins_under_run_outlive_the_daemon(unit):
    """A RuntimeDirectory= is removed at a stop, all that is in it, too."""
    owned = [line.split("=")[1] for line in settings_of(unit) if line.startswith("RuntimeDirectory=")]
    assert owned and all(one.startswith("wsrelayd/") for one in owned)


def test_the_shipped_configuration_is_valid():
    status, _, err = run("--check-config", ROOT / "etc/wsrelayd/wsrelayd.yaml")
    assert status == 0, err


def test_every_option_stands_in_the_manual():
    manual = (ROOT / "docs/wsrelayd.8.scd").read_text()
    options = {word.strip(",[]=") for word in run("--help")[1].split() if word.startswith("--")}
    assert {"--config", "--check-config", "--dump-config", "--plan", "--explain", "--name",
            "--allow-core", "--version", "--help"} <= options
    for option in options:
        assert f"*{option}*" in manual, option


def test_installed_files_are_where_the_unit_looks():
    install = (ROOT / "debian/wsrelayd.install").read_text()
    assert "etc/wsrelayd/wsrelayd.yaml etc/wsrelayd" in install
    for unit in (UNIT, TEMPLATE):
        assert (ROOT / "debian" / unit.name).resolve() == unit
    assert "etc/wsrelayd/conf.d" in (ROOT / "debian/wsrelayd.dirs").read_text()
    assert "systemd/credentials.conf" in (ROOT / "debian/wsrelayd.examples").read_text()


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
                 "wsrelayd@.service", "/etc/wsrelayd/conf.d/", "/examples/credentials.conf",
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
