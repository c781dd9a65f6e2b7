"""Throw-away certificates, made with openssl(1) where they are used and valid for two days."""
import pathlib
import ssl
import subprocess


class Authority:
    """A certificate authority in a directory of its own: `ca_file` is what to trust."""

    def __init__(self, directory, name="Throw-away CA"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca_file, self._key = self.directory / "ca.pem", self.directory / "ca.key"
        _openssl("req", "-x509", *_new_key(self._key), "-out", self.ca_file, "-days", "2",
                 "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1", days=2, usage="serverAuth"):
        """(certificate, key) files; `days` below zero: it has expired."""
        key, request, certificate, extensions = (
            self.directory / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        extensions.write_text(f"subjectAltName={alternatives}\nextendedKeyUsage={usage}\n"
                              "basicConstraints=critical,CA:FALSE\n")
        _openssl("req", *_new_key(key), "-out", request, "-subj", f"/CN={name}")
        sign = ["x509", "-req", "-in", request, "-CA", self.ca_file, "-CAkey", self._key,
                "-CAcreateserial", "-out", certificate, "-extfile", extensions]
        try:
            _openssl(*sign, "-days", str(days))
        except RuntimeError:
            if days >= 0:
                raise
            # OpenSSL 3.4 refuses an end before the start, and has options for both instead.
            _openssl(*sign, "-not_before", "20200101000000Z", "-not_after", "20200102000000Z")
        return certificate, key


def self_signed(directory, alternatives="DNS:localhost,IP:127.0.0.1"):
    """(certificate, key) files that nobody vouches for."""
    directory = pathlib.Path(directory)
    certificate, key = directory / "self.pem", directory / "self.key"
    _openssl("req", "-x509", *_new_key(key), "-out", certificate, "-days", "2",
             "-subj", "/CN=localhost", "-addext", f"subjectAltName={alternatives}")
    return certificate, key


def server_context(files, clients=None):
    """`clients`: the file with the issuer of certificates that clients must show."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, files))
    if clients:
        context.load_verify_locations(str(clients))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def encrypted(key, password, *, traditional=False):
    """A copy of the key beside it that only the password opens: PKCS#8, or OpenSSL's form of old."""
    copy = pathlib.Path(f"{key}.{'old' if traditional else 'pkcs8'}")
    _openssl("pkey", "-in", key, "-out", copy, "-aes256", "-passout", f"pass:{password}",
             *(["-traditional"] if traditional else []))
    return copy


def _new_key(path):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")
