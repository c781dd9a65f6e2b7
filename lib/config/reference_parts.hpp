// What all printers of the table share.
#pragma once

#include <string>

#include "config/outline.hpp"

namespace wsrelay::config {

/// The whole table, and in every setting the version that brought it.
Outline whole_table();

/// A YAML value as JSON: "{a: 1, b: 'x'}" becomes {"a":1,"b":"x"}.
std::string json_of_yaml(const std::string& yaml);

}  // namespace wsrelay::config
