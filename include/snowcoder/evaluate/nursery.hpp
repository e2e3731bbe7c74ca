// SPDX-License-Identifier: Apache-2.0
// A warm interpreter behind walls: it has imported what programs need, and forks one untrusted program at a time. So a sample
// costs a fork, not the start of an interpreter and its imports. What keeps a sample from the next one:
//  - the child has its own memory, loads the strict system call filter before any foreign line runs, and cannot fork;
//  - its descriptors are those of its sample: none of the nursery's, none of an earlier sample's;
//  - it is killed and collected before the next one is forked; only the small /tmp could outlast it, and a sample that
//    changed anything there takes the nursery along: its walls are not used again. One that has imported packages, which
//    takes seconds, clears away what is new there first, and ends only if that does not leave all as it was.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/evaluate/owned.hpp>
#include <snowcoder/evaluate/sandbox.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::evaluate {

inline constexpr char const* interpreter = "/usr/bin/python3";

/// argv that runs a Python text with the standard library alone: no site packages, no byte code, no user settings.
inline std::vector<std::string> python(std::string text, std::vector<std::string> const& arguments = {}) {
  std::vector<std::string> argv{interpreter, "-s", "-S", "-B", "-c", std::move(text)};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

/// What a nursery needs of the interpreter.
inline constexpr std::string_view nursery_imports =
    "import ctypes, json, os, random, resource, shutil, signal, socket, sys, time\n";

/// Ends with a call of `nurse(program)`, where `program` is a function that lives by descriptors 0 to count - 1.
/// Descriptors: 0 the strict filter, 3 the judge's socket. A packet with descriptors starts a program, the next one ends it;
/// "k" says: ready, nothing of another program is left. Anything else is a complaint. Arguments: seconds of processor time,
/// tasks, whether /tmp is of this sandbox (1 or 0), the folder of Python packages or nothing.
inline constexpr std::string_view nursery_program = R"python(
def nurse(program):
    import gc
    packages = sys.argv.pop()
    names = ("bisect collections collections.abc copy datetime decimal fractions functools hashlib heapq itertools math "
             "operator re statistics string struct time typing types")
    if packages:                               # and what most of BigCodeBench's tasks import
        sys.path.append(packages)
        names += " numpy pandas matplotlib.pyplot scipy.stats seaborn sklearn.linear_model unittest.mock"
    for name in names.split():
        try: __import__(name)
        except Exception: pass
    seeds = [random.seed] + ([sys.modules["numpy"].random.seed] if "numpy" in sys.modules else [])
    libc = ctypes.CDLL(None, use_errno=True)
    with open(0, "rb", closefd=False) as given: code = given.read()
    class Filter(ctypes.Structure): _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_char_p)]
    strict = ctypes.byref(Filter(len(code) // 8, code))
    door = socket.socket(fileno=3)
    seconds, tasks, own_folder = map(int, sys.argv[1:])
    del sys.argv[1:]
    def folder(): return own_folder and os.stat("/tmp").st_ctime_ns  # moves with every change, and nobody can set it
    # As the first process of its namespace it gets no signal from inside that it does not handle.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    nursery, untouched = os.getpid(), folder()
    death_signal, set_dumpable, set_filter, kill = 1, 4, 22, 9
    libc.prctl(set_dumpable, 0, 0, 0, 0)       # since it was executed it has been; its children are as it is
    def lies_in(place):                        # the folders and files below, as nobody can change them unseen
        for root, folders, files in os.walk(place):
            for path in [os.path.join(root, name) for name in folders + files]:
                seen = os.lstat(path)
                yield path, seen.st_ino, seen.st_mode, seen.st_ctime_ns
    before = os.stat("/tmp").st_mode, sorted(lies_in("/tmp")) if packages else None
    def put_back():                            # what is new in /tmp goes; no more may have changed
        if not packages or not own_folder: return False
        old = {path for path, *_ in before[1]}
        try:
            for path in [os.path.join("/tmp", name) for name in os.listdir("/tmp")]:
                if path in old: continue
                if os.path.isdir(path) and not os.path.islink(path): shutil.rmtree(path)
                else: os.unlink(path)
            return (os.stat("/tmp").st_mode, sorted(lies_in("/tmp"))) == before and not os.listxattr("/tmp")
        except Exception: return False
    def limit(what, value):
        most = resource.getrlimit(what)[1]
        if most != resource.RLIM_INFINITY: value = min(value, most)
        resource.setrlimit(what, (value, value))
    def patient_fork():                        # a machine may be out of processes or memory for a moment
        for pause in (0.05, 0.2, 0.5, 1):
            try: return os.fork()
            except OSError: time.sleep(pause)
        return os.fork()
    def fork(files, program):
        child = patient_fork()
        if child: return child
        wrong = 1
        try:
            if libc.prctl(death_signal, kill, 0, 0, 0) == 0 and os.getppid() == nursery:
                door.detach()
                for place, file in enumerate(files): os.dup2(file, place)
                os.closerange(len(files), 65536)
                limit(resource.RLIMIT_CPU, seconds)
                limit(resource.RLIMIT_NPROC, tasks)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for seed in seeds: seed(0)
                wrong = libc.prctl(set_filter, 2, strict, 0, 0)
            if not wrong: program()
        finally: os._exit(wrong)
    # What is dear the first time is done once for all: the compiler's tables, the caches of typing, both ways of JSON.
    exec(compile("from typing import List\ndef f(x: List[int]): return [str(v) for v in x]\nf([1])\n", "warm.py", "exec"), {})
    unpack(json.loads(json.dumps(pack([None, 1, "a", 1.5, (1,), {1: [2]}], repr)).encode()))
    gc.collect()
    gc.freeze()                                # pages that no child writes to are shared by all
    try:
        if os.waitpid(fork([], lambda: None), 0)[1] != 0: raise OSError("a child cannot wall itself in")
        while True:
            door.send(b"k")
            word, parts, _, _ = door.recvmsg(1, socket.CMSG_SPACE(64))
            if not word: return
            raw = parts[0][2]
            files = [int.from_bytes(raw[i:i + 4], sys.byteorder) for i in range(0, len(raw), 4)]
            child = fork(files, program)
            for file in files: os.close(file)
            word = door.recv(1)
            os.kill(child, kill)
            os.waitpid(child, 0)
            if not word or folder() != untouched and not put_back(): return
            untouched = folder()
    except OSError as e: door.send(str(e).encode()[:200])
)python";

class nursery {
 public:
  /// Starts it where none is alive, for `text`: a Python text that ends in a call of `nurse`. Some time later it is ready.
  expected<void> wake(sandbox& box, std::string const& text) {
    if (alive()) return {};
    auto const& code = box.filter();
    SNOWCODER_TRY(auto const filter, sealed_file({reinterpret_cast<char const*>(code.data()), code.size() * sizeof code[0]}));
    SNOWCODER_TRY(auto const null, null_device());
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return failure(system_error("socketpair"));
    descriptor door(ends[0]), inside(ends[1]);
    auto const& bounds = box.bounds();
    auto const argv = python(text, {std::to_string(bounds.processor_seconds()), std::to_string(bounds.tasks + 1),
                                    std::to_string(int(box.standing().private_root)), box.packages()});
    SNOWCODER_TRY(process_, box.spawn(argv, {filter.get(), null.get(), null.get(), inside.get()}));
    door_ = std::move(door);
    patience_ = clock::now() + std::chrono::seconds(60);
    return {};
  }

  bool alive() const { return door_.get() >= 0; }
  /// Alive, and waiting for a program.
  bool ready() const { return ready_; }
  /// Readable when `hear` has something to hear.
  int door() const { return door_.get(); }

  /// Takes what the nursery has said, without waiting. Afterwards it is as before, or ready, or no longer alive. An error
  /// where the interpreter never got ready, or was lost too often in a row: another nursery would fare no better.
  expected<void> hear() {
    if (!alive()) return {};
    char word[256];
    auto const n = ::recv(door_.get(), word, sizeof word, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && clock::now() < patience_) return {};
    if (n == 1 && word[0] == 'k') {
      ready_ = proven_ = true;
      ended_ = false;
      patience_ = clock::time_point::max();
      return {};
    }
    bool const proven = proven_;
    int const losses = losses_ + !ended_;
    *this = nursery();
    losses_ = losses;
    if (!proven && n <= 0)
      return failure("the interpreter ended, or was too slow, before its first program", interpreter,
                     "its standard library must be whole: install the package python3");
    if (proven && losses < most_losses) return {};
    auto const why = n > 0 ? std::string(word, std::size_t(n)) : "it ended unasked, several times in a row";
    return failure("the interpreter behind walls: " + why, interpreter, "the machine may be short of memory or processes");
  }

  /// Forks the program with these descriptors as its 0, 1, … False: the nursery is gone, or will be.
  bool begin(std::vector<int> const& descriptors) {
    alignas(cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))]{};
    char word = 'b';
    iovec part{&word, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
    ready_ = ended_ = false;
    if (::sendmsg(door_.get(), &message, MSG_NOSIGNAL) == 1) return true;
    patience_ = clock::now();
    return false;
  }

  /// Ends the program that was begun; the nursery gets ready for another, or ends if it must not be used again.
  void end() {
    if (!alive()) return;
    (void)!::send(door_.get(), "e", 1, MSG_NOSIGNAL);
    patience_ = clock::now() + std::chrono::seconds(5);
    ended_ = true;
  }
  /// A verdict was reached with it: what was lost before is forgotten.
  void serve() { losses_ = 0; }

  using clock = std::chrono::steady_clock;
  /// When a nursery that is not ready is given up.
  clock::time_point patience() const { return patience_; }

  /// Takes all that is written to it; where a bare chroot has no device for that, a file whose size is limited.
  static expected<descriptor> null_device() {
    descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nothing.get() < 0) nothing = descriptor(int(::memfd_create("output", MFD_CLOEXEC)));
    if (nothing.get() < 0) return failure(system_error("/dev/null"));
    return nothing;
  }

 private:
  /// So often in a row a machine may take a nursery away, or let it fork nothing.
  static constexpr int most_losses = 3;

  child process_;
  descriptor door_;
  bool ready_ = false, proven_ = false;
  bool ended_ = false;  ///< its program was: it may end as well
  int losses_ = 0;      ///< how often one ended before, since the last verdict
  clock::time_point patience_{};
};

}  // namespace snowcoder::evaluate
