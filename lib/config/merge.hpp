// Several trees → one, along the table. A later layer counts more: where the table knows a group,
// its keys are merged one by one; everything else — a single value, a list, a reference to a secret
// — is replaced as a whole. Names of headers know no case. What is replaced is not looked at any
// more. Knows no file: who comes later is decided by the order of the layers.
#pragma once

#include <functional>
#include <vector>

#include "config/document.hpp"
#include "config/outline.hpp"

namespace wsrelay::config {

/// Takes the layers apart. `replaced` is told each node that does not count.
Node merge(std::vector<Node> layers, const Outline& shape,
           const std::function<void(const Node&)>& replaced);

}  // namespace wsrelay::config
