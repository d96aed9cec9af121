// SPDX-License-Identifier: Apache-2.0
#include "core/util/sha256.hpp"

#include <cstddef>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace tcm::util {
namespace {

// In a library context of its own, which reads no configuration: a host's openssl.cnf decides about TLS, which a client
// of PostgreSQL may use in this process, and not about what a digest is. Lives as long as the process.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = [] {
    OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
    return context == nullptr ? nullptr : EVP_MD_fetch(context, "SHA256", nullptr);
  }();
  if (found == nullptr) throw std::bad_alloc();
  return found;
}

int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

struct Sha256Hasher::State {
  State() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) throw std::bad_alloc();
    begin();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin() {
    if (EVP_DigestInit_ex(context, algorithm(), nullptr) != 1) throw std::bad_alloc();
  }
  EVP_MD_CTX* context;
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {}
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::add(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) != 1) throw std::bad_alloc();
  state_->begin();
  return digest;
}

Sha256 sha256_of(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.add(bytes);
  return hasher.finish();
}

std::string hex_of(const Sha256& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(2 * digest.size(), '0');
  auto to = text.begin();
  for (const std::uint8_t byte : digest) {
    *to++ = digits[byte >> 4U];
    *to++ = digits[byte & 0xfU];
  }
  return text;
}

std::optional<Sha256> sha256_from_hex(std::string_view text) {
  Sha256 digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t at = 0; at < digest.size(); ++at) {
    const int high = value_of(text[2 * at]);
    const int low = value_of(text[2 * at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[at] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

}  // namespace tcm::util
