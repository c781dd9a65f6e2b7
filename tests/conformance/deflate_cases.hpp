// The eighteen shapes of compressed conversations that sections 12 and 13 of the catalogue share:
// messages of growing length, whole and in fragments.
#pragma once

#include <string>
#include <vector>

#include "conformance/data_sets.hpp"
#include "conformance/vector.hpp"

namespace wsrelay::conformance {

struct DeflateCase {
  std::string section;  // "12.1"
  std::string title;
  DataSet data = DataSet::Json;
  ws::DeflateSettings offered = {};
  std::string answer = {};  // parameters, each with its "; "
  ws::DeflateParameters agreed = {};
};

std::vector<Vector> shapes_of(const DeflateCase& row);

/// Everything on as large a scale as the extension has.
inline ws::DeflateSettings wide_deflate() {
  return {
      .client_max_window_bits = 15, .server_max_window_bits = 15, .client_context_takeover = true};
}
/// A conversation with permessage-deflate: offered, answered, agreed.
Opening compressed(const ws::DeflateSettings& offered, const std::string& answer,
                   const ws::DeflateParameters& agreed);

}  // namespace wsrelay::conformance
