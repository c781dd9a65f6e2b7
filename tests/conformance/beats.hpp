// The vocabulary of expectations: what rows of vectors end in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

/// The message is told, and the application's echo of it sent.
Beat echo(std::string_view text);
Beat echo_binary(std::string_view payload);
/// The message is told, but comes too late (or to the wrong application) to be echoed.
Beat hear(std::string_view text);
Beat hear_binary(std::string_view payload);
/// A Ping is told, and answered.
Beat answer_ping(std::string_view payload);
Beat hear_ping(std::string_view payload);  // told, not answered: our Close is on its way
Beat hear_pong(std::string_view payload);
/// The server's Close is told, and answered with its code; both sides are content.
Beat close_with(std::uint16_t code, std::string_view reason = {});
Beat close_without_code();
/// The session fails the connection: our Close carries `code`, the end tells it.
Beat fail_with(std::uint16_t code, std::string_view saying = {});

/// What we send of our own accord.
Beat sent(std::string_view message);        // "text "hi"", see words.hpp
Beat sent_control(std::string_view frame);  // "ping "hi""
/// Anything that is told, in the words of words.hpp; `name` is the table's.
Beat told(std::string name, std::string_view what, std::string_view saying = {});

/// The upgrade succeeded (of scripts that bring the answer themselves).
Beat opened(std::string_view subprotocol = {}, std::string_view extensions = {});
/// The answer was no answer to us; the error says so with these words.
Beat refused_for(std::string_view saying);

/// The server's bytes are a violation, and the byte of this number (from 1) is the one that says
/// so.
Vector fails_at(std::string name, std::string_view bytes, std::size_t number, std::uint16_t code,
                std::vector<Beat> before = {});

}  // namespace wsrelay::conformance
