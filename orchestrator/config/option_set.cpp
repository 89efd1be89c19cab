#include "orchestrator/config/option_set.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/config/config_file.hpp"
#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"

namespace harsanyi {
namespace {

namespace po = boost::program_options;

constexpr unsigned kHelpWidth = 110;

const std::vector<std::string> kCommonOptions{"help", "config", "print-config"};

void add_common_options(po::options_description& described) {
  described.add_options()("help,h", "show this text")(
      "config", po::value<std::string>()->value_name("FILE"),
      "read options from FILE (lines of 'name = value'); the command line wins over it")(
      "print-config", "show the resolved options in the form that --config reads, and stop");
}

/// Boost gives a switch no way to say "off" over a file's "on", so "--name" becomes "--name=true".
std::vector<std::string> with_switch_values(std::span<const std::string> arguments,
                                            const std::set<std::string>& switches) {
  std::vector<std::string> texts{arguments.begin(), arguments.end()};
  for (std::string& text : texts)
    if (switches.contains(text)) text += "=true";
  return texts;
}

}  // namespace

void OptionSet::begin_group(std::string title) {
  group_ = std::move(title);
}

void OptionSet::add_option(Option option) {
  option.group = group_;
  option.defaults = option.current();
  options_.push_back(std::move(option));
}

void OptionSet::add_switch(std::string name, std::string help, bool& field) {
  add_one({std::move(name), "", std::move(help)}, field, OptionValue<bool>::allowed(), false,
          [](std::string_view text) { return OptionValue<bool>::read(text); });
  options_.back().is_switch = true;
}

void OptionSet::require(std::string_view name) {
  find(name)->required = true;
}

void OptionSet::unrequire(std::string_view name) {
  find(name)->required = false;
}

void OptionSet::set_positional(std::vector<std::string> names) {
  positional_ = std::move(names);
}

OptionSet::Option* OptionSet::find(std::string_view name) {
  const auto found = std::find_if(options_.begin(), options_.end(),
                                  [name](const Option& option) { return option.label.name == name; });
  return found == options_.end() ? nullptr : &*found;
}

std::string OptionSet::unknown(const std::string& key, std::string_view dashes) const {
  std::vector<std::string> names;
  if (!dashes.empty()) names = kCommonOptions;
  for (const Option& option : options_) names.push_back(option.label.name);
  return fmt::format("'{}' has no option '{}{}'; the nearest is '{}{}' (harsanyi {} --help lists all)",
                     command_, dashes, key, dashes, nearest_name(key, names), command_);
}

std::vector<OptionSet::Given> OptionSet::split_command_line(std::span<const std::string> arguments) const {
  po::options_description described;
  add_common_options(described);
  std::set<std::string> switches;
  for (const Option& option : options_) {
    described.add_options()(option.label.name.c_str(), po::value<std::string>());
    if (option.is_switch) switches.insert("--" + option.label.name);
  }
  std::vector<Given> given;
  try {
    const auto parsed =
        po::command_line_parser(with_switch_values(arguments, switches))
            .options(described)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .allow_unregistered()
            .run();
    for (const po::option& option : parsed.options) {
      if (option.unregistered) {
        std::string key = option.string_key;
        key.erase(0, key.find_first_not_of('-'));
        throw ConfigError{unknown(key, "--")};
      }
      if (option.position_key >= 0 && positional_.empty())
        throw ConfigError{fmt::format("'{}' takes no argument '{}'; options are written --name value",
                                      command_, option.value.at(0))};
      const std::string& name =
          option.position_key < 0
              ? option.string_key
              : positional_[std::min(static_cast<std::size_t>(option.position_key), positional_.size() - 1)];
      given.push_back({name, option.value.empty() ? std::string{} : option.value[0], ""});
    }
  } catch (const po::error& e) {
    throw ConfigError{
        fmt::format("{}: {} (harsanyi {} --help lists all options)", command_, e.what(), command_)};
  }
  return given;
}

std::vector<OptionSet::Given> OptionSet::split_file(const std::string& file) const {
  std::vector<Given> given;
  for (ConfigEntry& entry : read_config_file(file)) {
    const std::string place = fmt::format("{}:{}: ", file, entry.line);
    const bool known = std::any_of(options_.begin(), options_.end(),
                                   [&](const Option& option) { return option.label.name == entry.key; });
    if (!known) throw ConfigError{place + unknown(entry.key, "")};
    given.push_back({std::move(entry.key), std::move(entry.value), place});
  }
  return given;
}

void OptionSet::assign(Option& option, const Given& given) {
  if (option.assign(given.value)) return;
  const std::string_view dashes = given.place.empty() ? "--" : "";
  throw ConfigError{fmt::format("{}{}{}: '{}' is not {}", given.place, dashes, option.label.name, given.value,
                                option.allowed)};
}

void OptionSet::assign_all(const std::vector<Given>& given) {
  std::set<std::string> seen;
  for (const Given& one : given) {
    Option* option = find(one.key);
    if (option == nullptr) continue;  // --help and the like
    const bool first = seen.insert(one.key).second;
    if (!first && !option->repeatable)
      throw ConfigError{fmt::format("{}'{}' is given twice; it takes one value", one.place, one.key)};
    if (first) option->clear();
    assign(*option, one);
  }
}

void OptionSet::use_presets(const std::vector<Given>& file, const std::vector<Given>& command_line) {
  for (Option& option : options_) {
    if (!option.use) continue;
    for (const std::vector<Given>* source : {&file, &command_line})
      for (const Given& one : *source)
        if (one.key == option.label.name) assign(option, one);
    option.use();
  }
}

void OptionSet::check_required() const {
  for (const Option& option : options_)
    if (option.required && option.current().empty())
      throw ConfigError{fmt::format("'{}' needs --{} {} ({}); harsanyi {} --help shows an example", command_,
                                    option.label.name, option.label.value_name, option.label.help, command_)};
}

Request OptionSet::parse(std::span<const std::string> arguments) {
  const std::vector<Given> given = split_command_line(arguments);
  const auto asks_for = [&given](std::string_view name) {
    return std::find_if(given.begin(), given.end(), [name](const Given& one) { return one.key == name; });
  };
  if (asks_for("help") != given.end()) return Request::help;
  std::vector<Given> in_file;
  if (const auto config = asks_for("config"); config != given.end()) in_file = split_file(config->value);
  use_presets(in_file, given);
  assign_all(in_file);
  assign_all(given);
  if (asks_for("print-config") != given.end()) return Request::print_config;
  check_required();
  return Request::run;
}

std::string OptionSet::configuration() const {
  std::string text;
  std::string group;
  for (const Option& option : options_) {
    if (option.group != group)
      text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", group = option.group);
    for (const std::string& value : option.current()) text += config_line(option.label.name, value) + '\n';
  }
  return text;
}

void OptionSet::write_help(std::ostream& out) const {
  std::vector<std::unique_ptr<po::options_description>> groups;
  std::string title;
  for (const Option& option : options_) {
    if (groups.empty() || option.group != title) {
      title = option.group;
      groups.push_back(std::make_unique<po::options_description>(title, kHelpWidth));
    }
    std::string help = option.label.help;
    if (option.show_allowed) help += fmt::format(" ({})", option.allowed);
    if (option.repeatable) help += "; may be repeated";
    if (option.required) help += " [required]";
    if (option.is_switch) {
      groups.back()->add_options()(option.label.name.c_str(), help.c_str());
      continue;
    }
    auto* value = po::value<std::string>()->value_name(option.label.value_name);
    if (!option.defaults.empty()) value->default_value(fmt::format("{}", fmt::join(option.defaults, ",")));
    groups.back()->add_options()(option.label.name.c_str(), value, help.c_str());
  }
  groups.push_back(std::make_unique<po::options_description>("Common", kHelpWidth));
  add_common_options(*groups.back());
  for (const auto& group : groups) out << *group << '\n';
}

}  // namespace harsanyi
