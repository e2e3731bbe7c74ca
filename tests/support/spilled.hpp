// SPDX-License-Identifier: Apache-2.0
// What lies in the scratch files of a folder at this moment: they have no name, and are seen by what this process has open.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace tests {

inline std::int64_t spilled_bytes(std::filesystem::path const& folder) {
  namespace fs = std::filesystem;
  std::int64_t sum = 0;
  std::error_code e;
  for (auto const& open : fs::directory_iterator("/proc/self/fd")) {
    struct ::stat s {};
    if (fs::read_symlink(open.path(), e).string().starts_with((folder / ".scratch-").string()) &&
        ::stat(open.path().c_str(), &s) == 0)
      sum += std::int64_t(s.st_size);
  }
  return sum;
}

}  // namespace tests
