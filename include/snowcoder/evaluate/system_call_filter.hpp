// SPDX-License-Identifier: Apache-2.0
// The system call wall: a BPF program made once by libseccomp and loaded by each child. Calls that reach other processes,
// the network, mounts, kernel interfaces or new processes answer "not permitted"; the rest of Python's life goes on.
// A nursery (nursery.hpp) has children of its own, so its filter allows those; every child loads the strict one on top.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

namespace snowcoder::evaluate {

/// Who lives behind the walls: one untrusted program, or a trusted one that forks such programs.
enum class tenant { program, nursery };

/// What a child has for itself: a process namespace, so that signals between threads are harmless, and a private root, so that
/// files are its own.
struct belongings {
  bool processes, files;
};

/// The filter's instructions.
inline expected<std::vector<sock_filter>> system_call_filter(belongings own, tenant who) {
  std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW), [](void* f) { seccomp_release(f); });
  if (!filter) return failure("libseccomp gives no filter");
  constexpr char const* refused[] = {
      // the network
      "socket", "connect", "bind", "listen", "accept", "accept4",
      // other processes
      "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp", "tkill",
      "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "migrate_pages", "move_pages",
      // the walls themselves
      "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount",
      "fsconfig", "fspick", "mount_setattr", "quotactl", "quotactl_fd", "name_to_handle_at", "open_by_handle_at", "personality",
      "seccomp",
      // descriptors on their way, which can outlive their process
      "sendmsg", "sendmmsg",
      // memory that no limit counts
      "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop",
      "semctl", "semtimedop", "mq_open", "mq_unlink", "add_key", "request_key", "keyctl", "mlock", "mlock2", "mlockall",
      "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
      // waiting for the disks of the machine, and making its programs wait for a lock on a file of theirs
      "sync", "syncfs", "flock",
      // kernel interfaces with a history
      "bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "userfaultfd",
      "fanotify_init", "inotify_init", "inotify_init1", "lookup_dcookie", "vmsplice", "init_module", "finit_module",
      "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "syslog", "settimeofday",
      "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt", "vhangup",
      "nfsservctl", "ioprio_set", "sched_setattr", "sched_setscheduler", "sched_setparam"};
  auto refuse = [&](char const* name, int answer) {
    int const number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return true;  // unknown to this libseccomp
    int const e = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(std::uint32_t(answer)), number, 0);
    return e == 0 || e == -EDOM || e == -EACCES;
  };
  bool made = true;
  for (auto const* name : refused) made = made && refuse(name, EPERM);
  if (!own.processes) made = made && refuse("tgkill", EPERM);
  if (!own.files) {
    // Landlock looks at none of these, and its older versions at no truncation: what the judge's user owns would be in reach.
    for (auto const* name :
         {"chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "futimesat", "utimensat",
          "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "truncate"})
      made = made && refuse(name, EPERM);
    // The same on every architecture, and younger than libseccomp may be: fchmodat2, setxattrat, removexattrat, file_setattr.
    for (int number : {452, 463, 466, 469})
      made = made && seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), number, 0) == 0;
  }
  made = made && refuse("clone3", ENOSYS);  // its flags are out of a filter's sight; the C library then uses clone
  if (who == tenant::program) {
    // Another program would be dumpable again, and from a thread be without a death signal.
    for (auto const* name : {"fork", "vfork", "kill", "execve", "execveat"}) made = made && refuse(name, EPERM);
    // A new thread is fine, a new process is not: with one process, the limit on memory is a limit on all memory.
    made = made && seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0;
  }
  auto refuse_when = [&](char const* name, scmp_arg_cmp when) {
    made = made && seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(name), 1, when) == 0;
  };
  // Limits, priority and processors of its own only.
  refuse_when("prlimit64", {0, SCMP_CMP_NE, 0, 0});
  refuse_when("sched_setaffinity", {0, SCMP_CMP_NE, 0, 0});
  refuse_when("setpriority", {0, SCMP_CMP_NE, PRIO_PROCESS, 0});
  refuse_when("setpriority", {1, SCMP_CMP_NE, 0, 0});
  refuse_when("socketpair", {0, SCMP_CMP_NE, AF_UNIX, 0});  // another family would load its module into the kernel
  refuse_when("sendto", {4, SCMP_CMP_NE, 0, 0});  // one of a pair sends to every local socket whose address it is given
  // The kernel reads 32 bits of a command, whatever stands above them.
  auto refuse_command = [&](char const* name, unsigned argument, unsigned command) {
    refuse_when(name, {argument, SCMP_CMP_MASKED_EQ, 0xffff'ffff, command});
  };
  if (who == tenant::program) {
    refuse_command("prctl", 0, PR_SET_PDEATHSIG);  // dies with the judge
    refuse_command("prctl", 0, PR_SET_DUMPABLE);   // or a handler of the machine takes its core, whatever the limit
  }
  // Its younger commands: whose processor the nursery may share (PR_SCHED_CORE), a GiB of the kernel's memory (PR_FUTEX_HASH).
  refuse_when("prctl", {0, SCMP_CMP_GE, 62, 0});
  // Signals by way of a file's owner; what sockets take of that kind also names interfaces, and loads modules for them.
  for (unsigned command : {F_SETOWN, 15 /* F_SETOWN_EX */}) refuse_command("fcntl", 1, command);
  refuse_when("ioctl", {1, SCMP_CMP_MASKED_EQ, 0xff00, SOCK_IOC_TYPE << 8});
  // Attributes once more: FS_IOC_SETFLAGS, FS_IOC_SETVERSION, FS_IOC_FSSETXATTR.
  if (!own.files)
    for (unsigned command : {0x4008'6602U, 0x4008'7602U, 0x401c'5820U}) refuse_command("ioctl", 1, command);
  if (!made) return failure("libseccomp refuses a rule");

  int const file = int(::memfd_create("filter", MFD_CLOEXEC));
  if (file < 0) return failure(system_error("memfd_create"));
  std::vector<sock_filter> code;
  bool read = seccomp_export_bpf(filter.get(), file) == 0;
  if (read) {
    auto const bytes = ::lseek(file, 0, SEEK_END);
    code.resize(std::size_t(bytes) / sizeof(sock_filter));
    read = ::pread(file, code.data(), std::size_t(bytes), 0) == bytes;
  }
  ::close(file);
  if (!read || code.empty()) return failure("the system call filter could not be exported");
  return code;
}

}  // namespace snowcoder::evaluate
