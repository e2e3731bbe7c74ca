// SPDX-License-Identifier: Apache-2.0
// Git objects that lie in files of their own, read for libgit2's store: libgit2's own reader of them (1.5) never comes back
// from one that was cut short. The store checks what is read here against the object's name.
#pragma once

#ifdef SNOWCODER_GIT
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/folder.hpp>

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// For git_odb_add_backend, which owns it from then on. It never writes.
class git_loose_objects : public git_odb_backend {
 public:
  explicit git_loose_objects(std::filesystem::path folder) : git_odb_backend{}, folder_(std::move(folder)) {
    git_odb_init_backend(this, GIT_ODB_BACKEND_VERSION);
    git_odb_backend::read = [](void** data, std::size_t* size, git_object_t* type, git_odb_backend* self, git_oid const* id) {
      return guarded([&] {
        auto const bytes = static_cast<git_loose_objects*>(self)->bytes_of(*id, largest);
        if (!bytes) return int(GIT_ENOTFOUND);
        head h;
        if (int const status = h.read(*bytes); status != 0) return status;
        auto const whole = inflated(*bytes, h.bytes + h.size + 1);
        if (!whole || whole->size() != h.bytes + h.size) return damaged();
        *data = git_odb_backend_data_alloc(self, std::max<std::size_t>(h.size, 1));
        if (!*data) return int(GIT_ERROR);
        std::memcpy(*data, whole->data() + h.bytes, h.size);
        *size = h.size;
        *type = h.type;
        return 0;
      });
    };
    git_odb_backend::read_header = [](std::size_t* size, git_object_t* type, git_odb_backend* self, git_oid const* id) {
      return guarded([&] {
        auto const bytes = static_cast<git_loose_objects*>(self)->bytes_of(*id, 4096);
        if (!bytes) return int(GIT_ENOTFOUND);
        head h;
        int const status = h.read(*bytes);
        *size = h.size;
        *type = h.type;
        return status;
      });
    };
    git_odb_backend::exists = [](git_odb_backend* self, git_oid const* id) {
      return guarded([&] { return int(static_cast<git_loose_objects*>(self)->bytes_of(*id, 1).has_value()); });
    };
    git_odb_backend::free = [](git_odb_backend* self) { delete static_cast<git_loose_objects*>(self); };
  }

 private:
  static constexpr std::size_t largest = std::size_t(256) << 20;

  /// "blob 12", and a zero byte.
  struct head {
    git_object_t type = GIT_OBJECT_INVALID;
    std::size_t size = 0, bytes = 0;
    int read(std::string const& stream) {
      auto const begin = inflated(std::string_view(stream).substr(0, 4096), 64);
      if (!begin) return damaged();
      auto const space = begin->find(' '), end = begin->find('\0');
      if (end == begin->npos || space == begin->npos || space > end || end - space < 2 || end - space > 12) return damaged();
      type = git_object_string2type(begin->substr(0, space).c_str());
      for (char c : std::string_view(*begin).substr(space + 1, end - space - 1)) {
        if (c < '0' || c > '9') return damaged();
        size = size * 10 + std::size_t(c - '0');
      }
      bytes = end + 1;
      return type == GIT_OBJECT_INVALID || size > largest ? damaged() : 0;
    }
  };

  static int damaged() {
    git_error_set_str(GIT_ERROR_ODB, "a git object that is damaged or of more than 256 MiB");
    return GIT_ERROR;
  }
  /// No exception may run through libgit2, which is C.
  static int guarded(auto const& body) {
    try {
      return body();
    } catch (std::exception const&) {
      return GIT_ERROR;
    }
  }
  /// The file's first `most` bytes, or nothing where there is no such file.
  std::optional<std::string> bytes_of(git_oid const& id, std::size_t most) const {
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, &id);
    auto const file = folder::open(folder_ / std::string(hex, 2));
    if (!file) return {};
    auto bytes = file->read(hex + 2, std::int64_t(most) - 1);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
  }

  std::filesystem::path folder_;
};

}  // namespace snowcoder::io
#endif
