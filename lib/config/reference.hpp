// Everything that is written about the settings, from the table that reads them: the manual's page,
// the schema for editors and the commented default file. docs/generate.cpp writes them to their
// places; a test compares those files byte for byte.
#pragma once

#include <string>

namespace wsrelay::config {

std::string reference_markdown();      // docs/configuration.md
std::string reference_man_page();      // docs/wsrelayd.yaml.5.scd
std::string reference_schema();        // docs/config.schema.json, draft 7
std::string reference_default_file();  // etc/wsrelayd/wsrelayd.yaml

}  // namespace wsrelay::config
