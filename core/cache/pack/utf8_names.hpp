// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <locale.h>

namespace tcm::cache {

/// libarchive takes names for those of this thread's locale. As long as this lives they are UTF-8, whatever the process
/// was started with.
class Utf8Names {
 public:
  Utf8Names() : previous_(::uselocale(locale())) {}
  ~Utf8Names() { ::uselocale(previous_); }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  static locale_t locale() {
    static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kLocale;
  }
  locale_t previous_;
};

}  // namespace tcm::cache
