#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/config/option_value.hpp"

namespace harsanyi {

/// Name and help of an option. `name` is the long option and the key in configuration files; `value_name`
/// stands for the value in help texts.
struct OptionLabel {
  std::string name;
  std::string value_name;
  std::string help;
};

/// What a command line asks for.
enum class Request {
  run,           ///< run the command with the options as filled
  help,          ///< show the help text
  print_config,  ///< show the resolved configuration
};

/// The options of one command: each ties a name to a field of an options struct. The field's content is the
/// default. Boost.Program_options splits the command line and the configuration file and lays out the help;
/// the values are read here, so that every message names option, value, allowed range and place.
class OptionSet {
 public:
  /// @param command  for messages, e.g. "sweep"
  explicit OptionSet(std::string command) : command_{std::move(command)} {}

  /// Options added from here on stand under this title.
  void begin_group(std::string title);

  template <class T>
  void add(const OptionLabel& label, T& field) {
    add_one(label, field, OptionValue<T>::allowed(), std::is_enum_v<T>,
            [](std::string_view text) { return OptionValue<T>::read(text); });
  }

  template <class Number>
  void add(const OptionLabel& label, Number& field, Bounds<Number> bounds) {
    add_one(label, field, OptionValue<Number>::allowed(bounds), true, [bounds](std::string_view text) {
      auto number = OptionValue<Number>::read(text);
      if (number && (*number < bounds.lowest || *number > bounds.highest)) number.reset();
      return number;
    });
  }

  /// May be absent.
  template <class T>
  void add(const OptionLabel& label, std::optional<T>& field) {
    add_option({.label = label,
                .allowed = OptionValue<T>::allowed(),
                .assign =
                    [&field](std::string_view text) {
                      field = OptionValue<T>::read(text);
                      return field.has_value();
                    },
                .current = [&field] { return field ? Texts{OptionValue<T>::write(*field)} : Texts{}; }});
  }

  /// May be given several times; the first one given replaces the default.
  template <class T>
  void add(const OptionLabel& label, std::vector<T>& field) {
    add_option({.label = label,
                .allowed = OptionValue<T>::allowed(),
                .show_allowed = std::is_enum_v<T>,
                .repeatable = true,
                .clear = [&field] { field.clear(); },
                .assign =
                    [&field](std::string_view text) {
                      const std::optional<T> value = OptionValue<T>::read(text);
                      if (value) field.push_back(*value);
                      return value.has_value();
                    },
                .current =
                    [&field] {
                      Texts texts;
                      for (const T& value : field) texts.push_back(OptionValue<T>::write(value));
                      return texts;
                    }});
  }

  /// An option that gives other options their values: `use` runs with the one that applies before all other
  /// options are read, wherever it stands, so that an option named itself wins.
  template <class E>
  void add_preset(const OptionLabel& label, E& field, std::function<void(E)> use) {
    add(label, field);
    options_.back().use = [&field, use = std::move(use)] { use(field); };
  }

  /// Off by default: "--name" on the command line, "name = true" in a file.
  void add_switch(std::string name, std::string help, bool& field);

  /// The option must get a value from somewhere.
  void require(std::string_view name);
  /// Takes `require` back, for a command that shares another's options.
  void unrequire(std::string_view name);
  /// These options also take the arguments that stand alone: the n-th one the n-th, the last all others.
  void set_positional(std::vector<std::string> names);

  /// Fills the fields: configuration file first, then the command line over it.
  /// @throws ConfigError  naming option or file:line, value and remedy
  [[nodiscard]] Request parse(std::span<const std::string> arguments);

  /// All options with their values, in the form that --config reads back. Options without a value are left
  /// out.
  [[nodiscard]] std::string configuration() const;
  /// The options, in groups, with defaults as they were before `parse`.
  void write_help(std::ostream& out) const;

 private:
  using Texts = std::vector<std::string>;
  struct Option {
    OptionLabel label;
    std::string group = {};
    std::string allowed;        ///< completes "... is not"
    bool show_allowed = false;  ///< also in the help text
    bool is_switch = false;
    bool required = false;
    bool repeatable = false;
    std::function<void()> clear = [] {};
    std::function<bool(std::string_view)> assign;  ///< false if the text is not allowed
    std::function<Texts()> current;
    std::function<void()> use = {};  ///< presets alone
    Texts defaults = {};
  };
  struct Given {
    std::string key;
    std::string value;
    std::string place;  ///< "run.ini:3: " or empty for the command line
  };

  template <class T, class Read>
  void add_one(const OptionLabel& label, T& field, const std::string& allowed, bool show_allowed, Read read) {
    add_option({.label = label,
                .allowed = allowed,
                .show_allowed = show_allowed,
                .assign =
                    [&field, read](std::string_view text) {
                      const std::optional<T> value = read(text);
                      if (value) field = *value;
                      return value.has_value();
                    },
                .current =
                    [&field] {
                      const std::string text = OptionValue<T>::write(field);
                      return text.empty() ? Texts{} : Texts{text};
                    }});
  }

  void add_option(Option option);
  [[nodiscard]] Option* find(std::string_view name);
  [[nodiscard]] std::vector<Given> split_command_line(std::span<const std::string> arguments) const;
  [[nodiscard]] std::vector<Given> split_file(const std::string& file) const;
  void assign_all(const std::vector<Given>& given);
  void use_presets(const std::vector<Given>& file, const std::vector<Given>& command_line);
  void assign(Option& option, const Given& given);
  void check_required() const;
  [[nodiscard]] std::string unknown(const std::string& key, std::string_view dashes) const;

  std::string command_;
  std::string group_;
  std::vector<std::string> positional_;
  std::vector<Option> options_;
};

}  // namespace harsanyi
