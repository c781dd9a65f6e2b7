// permessage-deflate as it comes when nobody asks for anything: section 12 of the catalogue.
#include <fmt/format.h>

#include "conformance/deflate_cases.hpp"
#include "conformance/families.hpp"

namespace wsrelay::conformance {

std::vector<Vector> deflate() {
  std::vector<Vector> all;
  int number = 0;
  for (const DataSet set :
       {DataSet::Json, DataSet::Bitmap, DataSet::Prose, DataSet::Html, DataSet::Noise})
    append(all, shapes_of({.section = fmt::format("12.{}", ++number),
                           .title = std::string(name_of(set)),
                           .data = set,
                           .offered = wide_deflate()}));
  return all;
}

}  // namespace wsrelay::conformance
