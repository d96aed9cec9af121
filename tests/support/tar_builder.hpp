// SPDX-License-Identifier: Apache-2.0
// Tar archives made byte by byte, so that they can be as wrong as somebody wants them.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace tcm::test {

class TarBuilder {
 public:
  /// A member with a header of its own; `type` as in ustar: '0' a file, '5' a directory, '2' a symbolic link, '1' a
  /// hard link, '3' a device, '6' a pipe. The size in the header is that of `content`, unless `claimed` says another.
  TarBuilder& add(std::string_view path, std::string_view content = {}, char type = '0', std::string_view target = {},
                  long long claimed = -1) {
    if (path.size() > 100) add_long_name(path);
    header(path.substr(0, 100), claimed >= 0 ? static_cast<unsigned long long>(claimed) : content.size(), type, target);
    body(content);
    return *this;
  }

  /// A path of any length, as GNU tar writes it.
  TarBuilder& add_long_name(std::string_view path) {
    header("././@LongLink", path.size() + 1, 'L', {});
    std::string text(path);
    text += '\0';
    body(text);
    return *this;
  }

  /// A pax header of one record for the member that follows.
  TarBuilder& add_pax(std::string_view name, std::string_view value) {
    std::string record = " " + std::string(name) + "=" + std::string(value) + "\n";
    std::size_t size = record.size() + 1;
    while (std::to_string(size).size() + record.size() != size) ++size;
    record.insert(0, std::to_string(size));
    header("PaxHeader/x", record.size(), 'x', {});
    body(record);
    return *this;
  }

  std::string without_end() const { return text_; }
  std::string finish() const { return text_ + std::string(1024, '\0'); }

 private:
  void body(std::string_view content) {
    text_ += content;
    text_.append((512 - content.size() % 512) % 512, '\0');
  }

  void header(std::string_view path, unsigned long long size, char type, std::string_view target) {
    std::string block(512, '\0');
    const auto put = [&block](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
    const auto octal = [&put](std::size_t at, int digits, unsigned long long value) {
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%0*llo", digits, value);
      put(at, text.data());
    };
    put(0, path);
    octal(100, 7, 0644);
    octal(108, 7, 0);
    octal(116, 7, 0);
    octal(124, 11, size);
    octal(136, 11, 1);
    put(148, "        ");
    block[156] = type;
    put(157, target.substr(0, 100));
    put(257, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    block[154] = '\0';
    block[155] = ' ';
    text_ += block;
  }

  std::string text_;
};

}  // namespace tcm::test
