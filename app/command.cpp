#include "app/command.h"

#include <algorithm>
#include <cstdio>

namespace varka::app {
namespace {

/// What one word says: "--name", "--name=value", "-n", "-nvalue".
struct Word {
  const Option* option = nullptr;
  bool hasValue = false;
  std::string value;
};

Result<Word> readWord(const std::vector<Option>& options, const std::string& word) {
  Word out;
  if (word.starts_with("--")) {
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    const auto found = std::find_if(options.begin(), options.end(), [&](const Option& each) { return name == each.name; });
    if (found == options.end()) return fail("unknown option --" + name);
    out.option = &*found;
    out.hasValue = equals != std::string::npos;
    if (out.hasValue) out.value = word.substr(equals + 1);
  } else {
    const auto found = std::find_if(options.begin(), options.end(), [&](const Option& each) { return each.letter == word[1]; });
    if (found == options.end()) return fail("unknown option " + word);
    out.option = &*found;
    out.hasValue = word.size() > 2;
    out.value = word.substr(2);
  }
  if (out.hasValue && !out.option->value) return fail(std::string("option --") + out.option->name + " takes no value");
  return out;
}

std::string optionLine(const Option& option) {
  std::string left = option.letter ? std::string("  -") + option.letter + ", --" : std::string("      --");
  left += option.name;
  if (option.value) left += std::string(" ") + option.value;
  left.resize(std::max<std::size_t>(left.size() + 2, 34), ' ');
  return left + option.help + "\n";
}

}  // namespace

std::string Invocation::value(std::string_view option, std::string_view fallback) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Invocation::all(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string Invocation::positional(std::size_t index) const {
  return index < positional_.size() ? positional_[index] : std::string();
}

Result<Invocation> parse(const std::vector<Option>& options, const std::vector<std::string>& words) {
  Invocation out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") {
      out.rest_.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      out.positional_.push_back(word);
      continue;
    }
    auto read = readWord(options, word);
    if (!read) return fail(read.error());
    if (read->option->value && !read->hasValue) {
      if (++i == words.size()) return fail(std::string("option --") + read->option->name + " needs a value: " + read->option->value);
      read->value = words[i];
    }
    out.values_[read->option->name].push_back(read->value);
  }
  return out;
}

const std::vector<Option>& commonOptions() {
  static const std::vector<Option> options = {
      {"project", 'p', "DIR", "the project whose mesh is meant; default: this folder's, or the only one that runs"},
      {"help", 'h', nullptr, "this help"},
  };
  return options;
}

const Command* findCommand(std::string_view name) {
  for (const auto& command : commands()) {
    if (name == command.name) return &command;
  }
  return nullptr;
}

std::string helpText(const Command& command) {
  std::string out = std::string("varka ") + command.name + " " + command.usage + "\n\n" + command.summary + ".\n";
  if (*command.details) out += std::string("\n") + command.details + "\n";
  out += "\noptions:\n";
  for (const auto& option : command.options) out += optionLine(option);
  for (const auto& option : commonOptions()) out += optionLine(option);
  return out;
}

std::string overview() {
  std::string out = "varka " VARKA_VERSION ": a service mesh on your desk\n\nvarka                     open the window\n";
  for (const auto& command : commands()) {
    std::string left = std::string("varka ") + command.name;
    left.resize(std::max<std::size_t>(left.size() + 2, 26), ' ');
    out += left + command.summary + "\n";
  }
  return out + "\n`varka help COMMAND` tells more; `varka help exit-codes` lists the exit codes.\n";
}

int complain(Exit code, std::string_view message) {
  std::fprintf(stderr, "varka: %.*s\n", static_cast<int>(message.size()), message.data());
  return code;
}

}  // namespace varka::app
