#include "base/http_date.hpp"

#include <array>
#include <span>

namespace wsrelay {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  unsigned weekday = 0;  // 0: Sunday
  int year = 0;
  unsigned month = 0;  // 1: January
  unsigned day = 0;
  unsigned hour = 0, minute = 0, second = 0;
};

// Takes a date apart from the left. After the first mistake nothing more fits.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Reader& literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return fail();
    rest_.remove_prefix(expected.size());
    return *this;
  }
  Reader& name(std::span<const std::string_view> names, unsigned first, unsigned& index) {
    for (unsigned i = 0; i < names.size(); ++i)
      if (rest_.starts_with(names[i])) {
        index = first + i;
        return literal(names[i]);
      }
    return fail();
  }
  template <class Number>
  Reader& digits(std::size_t count, Number& number) {
    if (rest_.size() < count) return fail();
    number = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      number = number * 10 + static_cast<Number>(c - '0');
    }
    rest_.remove_prefix(count);
    return *this;
  }
  /// asctime: the first nine days of a month have a space instead of the zero.
  Reader& padded_day(unsigned& day) {
    return rest_.starts_with(' ') ? literal(" ").digits(1, day) : digits(2, day);
  }
  Reader& time_of_day(Fields& fields) {
    return digits(2, fields.hour)
        .literal(":")
        .digits(2, fields.minute)
        .literal(":")
        .digits(2, fields.second);
  }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  Reader& fail() {
    failed_ = true;
    rest_ = {};
    return *this;
  }
  std::string_view rest_;
  bool failed_ = false;
};

bool read_fixdate(std::string_view text, Fields& fields) {
  return Reader(text)
      .name(kDays, 0, fields.weekday)
      .literal(", ")
      .digits(2, fields.day)
      .literal(" ")
      .name(kMonths, 1, fields.month)
      .literal(" ")
      .digits(4, fields.year)
      .literal(" ")
      .time_of_day(fields)
      .literal(" GMT")
      .done();
}

bool read_rfc850(std::string_view text, Fields& fields) {
  const bool fits = Reader(text)
                        .name(kLongDays, 0, fields.weekday)
                        .literal(", ")
                        .digits(2, fields.day)
                        .literal("-")
                        .name(kMonths, 1, fields.month)
                        .literal("-")
                        .digits(2, fields.year)
                        .literal(" ")
                        .time_of_day(fields)
                        .literal(" GMT")
                        .done();
  fields.year += fields.year < 70 ? 2000 : 1900;
  return fits;
}

bool read_asctime(std::string_view text, Fields& fields) {
  return Reader(text)
      .name(kDays, 0, fields.weekday)
      .literal(" ")
      .name(kMonths, 1, fields.month)
      .literal(" ")
      .padded_day(fields.day)
      .literal(" ")
      .time_of_day(fields)
      .literal(" ")
      .digits(4, fields.year)
      .done();
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  Fields fields;
  if (!read_fixdate(text, fields) && !read_rfc850(text, fields) && !read_asctime(text, fields))
    return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(fields.year),
                                         std::chrono::month(fields.month),
                                         std::chrono::day(fields.day));
  if (!date.ok() || fields.year < 1970) return std::nullopt;
  const std::chrono::sys_days days(date);
  if (std::chrono::weekday(days).c_encoding() != fields.weekday) return std::nullopt;
  // 60: a leap second.
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
  return days + std::chrono::hours(fields.hour) + std::chrono::minutes(fields.minute) +
         std::chrono::seconds(fields.second);
}

}  // namespace wsrelay
