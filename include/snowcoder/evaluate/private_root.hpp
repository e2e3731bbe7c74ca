// SPDX-License-Identifier: Apache-2.0
// The file wall: a root of its own, made of a read-only /usr, three devices and a small /tmp, and a folder of Python packages
// if one is named. Runs in a child that has its
// own mount namespace, before it gives up its rights. Safe after fork: everything that needs memory is prepared before.
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace snowcoder::evaluate {

class private_root {
 public:
  static constexpr char const* packages = "/packages";  ///< the named folder, seen from inside

  /// Prepares for this machine: which top folders are links into /usr, where a file system can be mounted.
  private_root(std::int64_t folder_bytes, std::string const& named) {
    for (char const* place : {"/tmp", "/mnt", "/run", "/var", "/home"})
      if (struct stat s;
          base_.empty() && !named.starts_with(place + std::string("/")) && ::lstat(place, &s) == 0 && S_ISDIR(s.st_mode))
        base_ = place;
    for (char const* name : {"bin", "lib", "lib64"}) {
      char target[256] = {};
      auto const path = std::string("/") + name;
      struct stat s;
      if (::readlink(path.c_str(), target, sizeof target - 1) > 0)
        links_.push_back({name, target});
      else if (::stat(path.c_str(), &s) == 0)
        folders_.push_back({path, name});
    }
    folders_.push_back({"/usr", "usr"});
    if (!named.empty()) folders_.push_back({named, packages + 1});
    folder_options_ = "mode=1777,nr_inodes=1024,size=" + std::to_string(folder_bytes);
  }

  /// Moves into the new root, current folder /tmp. False: errno says why.
  bool enter() const {
    // Nothing that we mount may show outside. Fails where "/" is no mount point: a plain chroot.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (base_.empty() || ::mount("tmpfs", base_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,nr_inodes=64,size=1m") != 0)
      return false;
    if (::chdir(base_.c_str()) != 0) return false;
    for (auto const& [name, target] : links_)
      if (::symlink(target.c_str(), name.c_str()) != 0) return false;
    for (auto const& [from, to] : folders_)
      if (::mkdir(to.c_str(), 0755) != 0 || ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0 ||
          !make_read_only(to.c_str()))
        return false;
    if (::mkdir("dev", 0755) != 0) return false;
    for (char const* device : {"/dev/null", "/dev/zero", "/dev/urandom"}) {
      if (::access(device, F_OK) != 0) continue;  // a bare chroot: Python lives without
      int const file = ::open(device + 1, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
      if (file < 0) return false;
      ::close(file);
      // A device takes what is written to it all the same, but its node is this machine's.
      if (::mount(device, device + 1, nullptr, MS_BIND, nullptr) != 0 || !make_read_only(device + 1, true)) return false;
    }
    if (::mkdir("tmp", 0755) != 0 ||
        ::mount("tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, folder_options_.c_str()) != 0)
      return false;
    if (::syscall(SYS_pivot_root, ".", ".") == 0) {
      if (::umount2(".", MNT_DETACH) != 0) return false;  // the old root, stacked on the new one
    } else if (::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || ::chroot(".") != 0) {  // on an initial ram disk
      return false;
    }
    if (::chdir("/") != 0) return false;
    if (::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) != 0) return false;
    return ::chdir("/tmp") == 0;
  }

 private:
  struct pair {
    std::string from, to;
  };

  static bool make_read_only(char const* path, bool devices = false) {
    struct {
      std::uint64_t set, clear, propagation, user_namespace;
    } attributes{devices ? 3ULL : 7ULL, 0, 0, 0};  // read-only, no set-uid, no devices; with everything mounted below
    constexpr long mount_setattr = 442, recursive = 0x8000;
    if (::syscall(mount_setattr, AT_FDCWD, path, recursive, &attributes, sizeof attributes) == 0) return true;
    struct statvfs now;  // older kernels: flags that the mount already has must stay
    if (::statvfs(path, &now) != 0) return false;
    unsigned long keep = MS_RDONLY | MS_NOSUID | (devices ? 0 : MS_NODEV);
    if (now.f_flag & ST_NOEXEC) keep |= MS_NOEXEC;
    if (now.f_flag & ST_NOATIME) keep |= MS_NOATIME;
    if (now.f_flag & ST_NODIRATIME) keep |= MS_NODIRATIME;
    if (now.f_flag & ST_RELATIME) keep |= MS_RELATIME;
    return ::mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | keep, nullptr) == 0;
  }

  std::string base_, folder_options_;
  std::vector<pair> links_, folders_;
};

}  // namespace snowcoder::evaluate
