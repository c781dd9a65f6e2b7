// The driver: the library's client visits a server that tests clients. Says --help what it can.
#include <cstdio>

#include <fmt/format.h>

#include "tour.hpp"

int main(int argc, char** argv) {
  using namespace wsrelay;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto options = conformance::parse_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "conformance_client: {} (see --help)\n", options.error().text);
    return 64;
  }
  if (options->help) {
    fmt::print("{}", conformance::help_text());
    return 0;
  }
  const auto runtime = client::Runtime::open();
  if (!runtime) {
    fmt::print(stderr, "conformance_client: {}\n", runtime.error().text);
    return 1;
  }
  const conformance::Tour tour(*options, **runtime);
  return (*runtime)->run();
}
