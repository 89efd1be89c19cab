#include "orchestrator/log/line_text.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harsanyi {
namespace {

/// Neither a line's end nor what moves a terminal's cursor.
std::string in_one_line(const std::string& text) {
  constexpr unsigned char kDelete = 0x7F;
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      line += "\\n";
    else if (byte < ' ' || byte == kDelete)
      line += fmt::format("\\x{:02x}", byte);
    else
      line += c;
  }
  return line;
}

}  // namespace

std::string text_of(const LogLine& line) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(line.time);
  std::string text = fmt::format("{:%Y-%m-%d %H:%M:%S} rank {} {}: ", fmt::localtime(seconds),
                                 line.writer.rank, name_of(line.event.level));
  if (!line.event.unit.empty()) text += in_one_line(line.event.unit) + ": ";
  text += in_one_line(line.event.message);
  if (line.left_out > 0) text += fmt::format(" ({} more like it were left out before)", line.left_out);
  return text;
}

std::string json_of(const LogLine& line) {
  using std::chrono::floor;
  const auto second = floor<std::chrono::seconds>(line.time);
  const auto milliseconds = floor<std::chrono::milliseconds>(line.time - second).count();
  const auto time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                                fmt::gmtime(std::chrono::system_clock::to_time_t(second)), milliseconds);
  nlohmann::ordered_json object{{"time", time},
                                {"level", name_of(line.event.level)},
                                {"rank", line.writer.rank},
                                {"command", line.writer.name}};
  if (!line.event.unit.empty()) object["unit"] = line.event.unit;
  object["message"] = line.event.message;
  if (line.left_out > 0) object["left_out"] = line.left_out;
  return object.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace harsanyi
