// SPDX-License-Identifier: Apache-2.0
// The kernel's file wall for processes without privilege (Landlock, Linux 5.13 and later), by raw system calls: the C
// library has no names for them and older headers lack the newer rights. Everything here is safe after fork: no allocation.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>

namespace snowcoder::evaluate {

namespace landlock {
inline constexpr std::uint64_t execute = 1, write_file = 2, read_file = 4, read_dir = 8;
inline constexpr std::uint64_t refer = 1 << 13, truncate = 1 << 14, ioctl_device = 1 << 15;
inline constexpr std::uint64_t first_version = (1 << 13) - 1;
inline constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446;  // the same on every architecture

struct ruleset_attributes {
  std::uint64_t files, network, scopes;
};
struct [[gnu::packed]] path_attributes {
  std::uint64_t allowed;
  std::int32_t parent;
};

/// The version that the kernel offers; 0 or less: none.
inline int version() { return int(::syscall(create_ruleset, nullptr, 0, 1U)); }

/// From here on this thread may read and run below `readable` (null-ended), and write below `writable` (may be null).
/// Needs no_new_privs. False: no wall was put up.
inline bool confine(char const* const* readable, char const* writable) {
  int const abi = version();
  if (abi < 1) return false;
  ruleset_attributes rules{first_version, 0, 0};
  if (abi >= 2) rules.files |= refer;
  if (abi >= 3) rules.files |= truncate;
  if (abi >= 4) rules.network = 3;  // TCP bind and connect
  if (abi >= 5) rules.files |= ioctl_device;
  if (abi >= 6) rules.scopes = 3;  // abstract sockets and signals stay inside
  std::size_t const size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int const set = int(::syscall(create_ruleset, &rules, size, 0U));
  if (set < 0) return false;
  auto allow = [&](char const* path, std::uint64_t rights) {
    path_attributes rule{rights & rules.files, ::open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent < 0) return true;  // not there: nothing to allow
    bool const added = ::syscall(add_rule, set, 1, &rule, 0U) == 0;
    ::close(rule.parent);
    return added;
  };
  bool done = true;
  for (; *readable; ++readable) done = done && allow(*readable, execute | read_file | read_dir);
  for (char const* device : {"/dev/null", "/dev/zero", "/dev/urandom"})
    done = done && allow(device, read_file | write_file | truncate);
  if (writable)
    done = done && allow(writable, rules.files & ~(execute | ioctl_device | std::uint64_t(1) << 6 | std::uint64_t(1) << 11));
  done = done && ::syscall(restrict_self, set, 0U) == 0;
  ::close(set);
  return done;
}
}  // namespace landlock

}  // namespace snowcoder::evaluate
