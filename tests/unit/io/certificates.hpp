// Certificates made at test time, so that none expires in the tree.
#pragma once

#include <ctime>
#include <fstream>
#include <gnutls/x509.h>
#include <stdexcept>
#include <string>
#include <vector>

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/handle.hpp"

namespace wsrelay::io {

using Key = Handle<gnutls_x509_privkey_int, gnutls_x509_privkey_deinit>;
using Certificate = Handle<gnutls_x509_crt_int, gnutls_x509_crt_deinit>;

struct Identity {
  Certificate certificate;
  Key key;
};

struct Wanted {
  std::string common_name = "server";
  std::vector<std::string> names = {};      // DNS
  std::vector<std::string> addresses = {};  // raw bytes
  const char* purpose = GNUTLS_KP_TLS_WWW_SERVER;
  time_t from = time(nullptr) - 3600;
  time_t until = time(nullptr) + 86400;
  bool authority = false;
  std::size_t padding = 0;  // bytes of an extension that nobody knows
};

inline void must(int rc) {
  if (rc < 0) throw std::runtime_error(gnutls_strerror(rc));
}

inline Identity make_identity(const Wanted& wanted, const Identity* issuer = nullptr) {
  gnutls_x509_privkey_t key = nullptr;
  gnutls_x509_crt_t crt = nullptr;
  must(gnutls_x509_privkey_init(&key));
  must(gnutls_x509_crt_init(&crt));
  Identity made{Certificate(crt), Key(key)};
  must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
  must(gnutls_x509_crt_set_version(crt, 3));
  static unsigned char serial = 0;
  const unsigned char number[2] = {1, ++serial};
  must(gnutls_x509_crt_set_serial(crt, number, sizeof number));
  must(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, wanted.common_name.data(),
                                     static_cast<unsigned>(wanted.common_name.size())));
  must(gnutls_x509_crt_set_activation_time(crt, wanted.from));
  must(gnutls_x509_crt_set_expiration_time(crt, wanted.until));
  must(gnutls_x509_crt_set_key(crt, key));
  must(gnutls_x509_crt_set_basic_constraints(crt, wanted.authority ? 1 : 0, -1));
  must(gnutls_x509_crt_set_key_usage(
      crt, wanted.authority ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE));
  if (!wanted.authority) must(gnutls_x509_crt_set_key_purpose_oid(crt, wanted.purpose, 0));
  for (const auto& name : wanted.names)
    must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name.data(),
                                              static_cast<unsigned>(name.size()),
                                              GNUTLS_FSAN_APPEND));
  for (const auto& address : wanted.addresses)
    must(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address.data(),
                                              static_cast<unsigned>(address.size()),
                                              GNUTLS_FSAN_APPEND));
  if (wanted.padding > 0)
    must(gnutls_x509_crt_set_extension_by_oid(
        crt, "1.3.6.1.4.1.99999.1", std::string(wanted.padding, 'p').data(), wanted.padding, 0));
  must(gnutls_x509_crt_sign2(crt, issuer != nullptr ? issuer->certificate.get() : crt,
                             issuer != nullptr ? issuer->key.get() : key, GNUTLS_DIG_SHA256, 0));
  return made;
}

inline std::string pem_of(const Certificate& certificate) {
  std::vector<char> buffer(16 * 1024);
  std::size_t size = buffer.size();
  must(gnutls_x509_crt_export(certificate.get(), GNUTLS_X509_FMT_PEM, buffer.data(), &size));
  return {buffer.data(), size};
}

inline std::string pem_of(const Key& key) {
  std::vector<char> buffer(16 * 1024);
  std::size_t size = buffer.size();
  must(gnutls_x509_privkey_export(key.get(), GNUTLS_X509_FMT_PEM, buffer.data(), &size));
  return {buffer.data(), size};
}

/// Encrypted, as PKCS#8.
inline std::string pem_of(const Key& key, const char* password,
                          unsigned cipher = GNUTLS_PKCS_PBES2_AES_256) {
  std::vector<char> buffer(16 * 1024);
  std::size_t size = buffer.size();
  must(gnutls_x509_privkey_export_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, password, cipher,
                                        buffer.data(), &size));
  return {buffer.data(), size};
}

/// A file that is gone with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const UniqueFd fd(mkstemp(path_.data()));
    write(text);
  }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/wsrelay-test-XXXXXX";
};

}  // namespace wsrelay::io
