// SPDX-License-Identifier: Apache-2.0
// The walls around untrusted code, by name. Not every machine can put up all of them (a plain chroot has no user
// namespaces, a container may forbid mounts), so four promises are what counts, and each may be kept by either of two walls.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::evaluate {

/// Which walls stand. All are put up inside the child before it runs anything.
struct walls {
  bool seccomp = false;     ///< system call filter: no sockets, no new processes, no tracing, no mounts
  bool limits = false;      ///< memory, processor time, file size, open files, tasks (setrlimit)
  bool other_user = false;  ///< runs as a user that owns nothing
  bool user_namespace = false;
  bool process_namespace = false;  ///< sees no other process; dies as a whole
  bool network_namespace = false;  ///< no interface but a dead loopback
  bool ipc_namespace = false;
  bool private_root = false;  ///< a file system of its own: read-only /usr, a small /tmp, nothing else
  bool landlock = false;      ///< file access only below /usr and its own /tmp

  bool no_network() const { return network_namespace || seccomp; }
  bool no_outside_files() const { return private_root || landlock; }
  bool no_other_processes() const { return process_namespace || seccomp; }
  /// Everything that is promised for untrusted code holds.
  bool enough() const { return seccomp && limits && no_network() && no_outside_files() && no_other_processes(); }

  std::vector<std::string> standing() const {
    std::vector<std::string> names;
    auto add = [&](bool stands, char const* name) {
      if (stands) names.emplace_back(name);
    };
    add(seccomp, "seccomp");
    add(limits, "limits");
    add(other_user, "other_user");
    add(user_namespace, "user_namespace");
    add(process_namespace, "process_namespace");
    add(network_namespace, "network_namespace");
    add(ipc_namespace, "ipc_namespace");
    add(private_root, "private_root");
    add(landlock, "landlock");
    return names;
  }
};

struct limits {
  double seconds = 60;                   ///< wall time of one sample, kept by the judge; the processor limit follows from it
  double call_seconds = 4;               ///< wall time of one call of its entry point, kept by the examiner
  double reference_factor = 4;           ///< a call may take that many times as long as the benchmark's own solution does
  std::int64_t memory = 4LL << 30;       ///< address space; one process only, so this bounds all memory but a small /tmp
  int tasks = 16;                        ///< threads
  std::int64_t file_bytes = 1 << 20;     ///< largest file
  std::int64_t folder_bytes = 16 << 20;  ///< all files of /tmp together
  int open_files = 64;

  std::int64_t processor_seconds() const { return std::int64_t(std::ceil(seconds)) + 1; }
};

}  // namespace snowcoder::evaluate
