// SPDX-License-Identifier: Apache-2.0
#include "core/util/thread/thread.hpp"

#include <exception>
#include <new>
#include <utility>

namespace tcm::util {
namespace {

// Fits into a string without taking memory.
Error out_of_memory() noexcept { return {ErrorCode::failed, "out of memory"}; }

}  // namespace

Error current_error() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& exception) {
    try {
      return {ErrorCode::failed, exception.what()};
    } catch (...) {
      return out_of_memory();
    }
  } catch (...) {
    return {ErrorCode::failed, "unknown error"};
  }
}

Result<Thread> Thread::start(std::function<void()> body, std::function<void(Error&& error)> failed) {
  try {
    return Thread(std::thread([body = std::move(body), failed = std::move(failed)] {
      try {
        body();
      } catch (...) {
        failed(current_error());
      }
    }));
  } catch (...) {
    Error error = current_error();
    return tl::unexpected(Error{error.code, "cannot start a thread: " + error.message});
  }
}

}  // namespace tcm::util
