// The topics that are ours, spelled once. `{base}/{instance}/…` and `{base}/bridge/{daemon}/…`.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::bridge {

class Topics {
 public:
  Topics(std::string base, std::string daemon)
      : base_(std::move(base)), bridge_(base_ + "/bridge/" + daemon), daemon_(std::move(daemon)) {}

  std::string bridge(std::string_view what) const { return join(bridge_, what); }
  std::string instance(std::string_view name, std::string_view what) const {
    return join(join(base_, name), what);
  }
  const std::string& base() const { return base_; }
  const std::string& daemon() const { return daemon_; }

 private:
  static std::string join(std::string_view a, std::string_view b) {
    return std::string(a).append("/").append(b);
  }
  std::string base_;
  std::string bridge_;
  std::string daemon_;
};

}  // namespace wsrelay::bridge
