#include "base/error.hpp"

#include <cerrno>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

struct Row {
  Fault fault;
  const char* name;
};
class FaultNames : public testing::TestWithParam<Row> {};
TEST_P(FaultNames, AreThoseOfTheDocuments) {
  EXPECT_EQ(name_of(GetParam().fault), GetParam().name);
}
INSTANTIATE_TEST_SUITE_P(Rows, FaultNames,
                         testing::Values(Row{Fault::Dns, "dns"}, Row{Fault::Proxy, "proxy"},
                                         Row{Fault::Tcp, "tcp"}, Row{Fault::Tls, "tls"},
                                         Row{Fault::Http, "http"}, Row{Fault::Protocol, "protocol"},
                                         Row{Fault::TooLarge, "too_large"},
                                         Row{Fault::PongTimeout, "pong_timeout"},
                                         Row{Fault::Timeout, "timeout"},
                                         Row{Fault::ServerClose, "server_close"},
                                         Row{Fault::WriteTimeout, "write_timeout"},
                                         Row{Fault::Broker, "broker"}, Row{Fault::Local, "local"}),
                         [](const auto& row) { return row.param.name; });

TEST(Fail, CarriesFaultAndSentence) {
  const Result<int> result = fail(Fault::Tcp, "connection refused");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{.fault = Fault::Tcp, .text = "connection refused"}));
}

TEST(FailErrno, KeepsTheNumberAndSaysItsMeaning) {
  const Result<int> result = fail_errno(Fault::Tcp, "connect", ECONNREFUSED);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sys_errno, ECONNREFUSED);
  EXPECT_EQ(result.error().text, "connect: Connection refused");
}

}  // namespace
}  // namespace wsrelay
