// SPDX-License-Identifier: Apache-2.0
// The two Python programs of an examination, each forked from a nursery of its own. The *candidate* process runs the untrusted
// code and serves calls of its entry point; the *examiner* process runs the benchmark's own text and test, and calls the
// candidate through a proxy. Only plain values cross between them, as JSON that no side can turn into code, and only the
// examiner holds the verdict's pipe. So nothing that the untrusted code does to its own process (print, exit, patch builtins,
// override check) can be a verdict: all it can do is answer calls. An answer that is not a plain value arrives as an object
// that equals nothing.
#pragma once

#include <snowcoder/evaluate/nursery.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace snowcoder::evaluate {

/// Values to JSON and back: lists are lists, every other container is an object with one key that names its kind.
inline constexpr std::string_view value_codec = R"python(
sys.path[:] = [p for p in sys.path if p]
if hasattr(sys, "set_int_max_str_digits"): sys.set_int_max_str_digits(0)
views = (type({}.keys()), type({}.items()))
bases = (bool, int, str, float, complex, bytes, bytearray, list, tuple, dict, set, frozenset)
longest_answer = 1 << 26                       # characters
atoms = {type(None), bool, str, float}
def is_flat(v):                                # most of what is long is: no call for each of its items
    kinds = set(map(type, v))
    return kinds <= atoms or kinds <= atoms | {int} and not any([x.bit_length() > 63 for x in v if type(x) is int])
def pack(v, foreign):
    t = type(v)
    if v is None or t is bool or t is str or t is float: return v
    if t is int: return v if v.bit_length() < 64 else {"x": "%x" % v}  # in decimal, long ones take the square of their length
    if t is list: return v if is_flat(v) else [pack(x, foreign) for x in v]
    if t is tuple: return {"t": v if is_flat(v) else [pack(x, foreign) for x in v]}
    if t is dict: return {"d": [[pack(k, foreign), pack(x, foreign)] for k, x in v.items()]}
    if t is set or t in views: return {"s": [pack(x, foreign) for x in v]}
    if t is frozenset: return {"f": [pack(x, foreign) for x in v]}
    if t is bytes: return {"b": v.hex()}
    if t is bytearray: return {"a": v.hex()}
    if t is complex: return {"c": [v.real, v.imag]}
    if t is range: return {"r": [v.start, v.stop, v.step]}
    if t.__module__ in ("fractions", "decimal") and t.__name__ in ("Fraction", "Decimal"): return {"n": [t.__name__, str(v)]}
    for base in bases:
        if isinstance(v, base): return pack(base(v), foreign)
    return foreign(v)
def unpack(j, unknown=None):
    if type(j) is list: return [unpack(x, unknown) for x in j] if {list, dict} & set(map(type, j)) else j
    if type(j) is not dict: return j
    (kind, v), = j.items()
    if kind == "t": return tuple([unpack(x, unknown) for x in v])
    if kind == "d": return {unpack(k, unknown): unpack(x, unknown) for k, x in v}
    if kind == "s": return {unpack(x, unknown) for x in v}
    if kind == "f": return frozenset([unpack(x, unknown) for x in v])
    if kind == "b": return bytes.fromhex(v)
    if kind == "a": return bytearray.fromhex(v)
    if kind == "x": return int(v, 16)
    if kind == "c": return complex(*v)
    if kind == "r": return range(*v)
    if kind == "i": return iter([unpack(x, unknown) for x in v])
    if kind == "n":
        import decimal, fractions
        return {"Fraction": fractions.Fraction, "Decimal": decimal.Decimal}[v[0]](v[1])
    return unknown(v)
)python";

/// Descriptors: 0 its task as JSON, 3 calls in, 4 answers out.
inline constexpr std::string_view candidate_program = R"python(
def serve():
    import itertools, types
    with open(0, "rb", closefd=False) as given: task = json.loads(given.read())
    os.dup2(1, 0)
    calls, answers = open(3, "rb"), open(4, "wb")
    def say(value):
        answers.write(json.dumps(value).encode() + b"\n")
        answers.flush()
    def foreign(v):
        if hasattr(v, "__next__"):
            items = list(itertools.islice(v, 1000001))
            if len(items) <= 1000000: return {"i": [pack(x, foreign) for x in items]}
        return {"o": type(v).__name__}
    def complaint(e):
        try: text = str(e)[:400]
        except BaseException: text = ""
        return {"e": [type(e).__name__, text]}
    module = types.ModuleType("candidate")
    sys.modules["candidate"] = module
    try:
        exec(compile(task["program"], "candidate.py", "exec"), module.__dict__)
        f = module.__dict__[task["entry_point"]]
    except BaseException as e:
        say(complaint(e))
        return
    say({"ready": True})
    for line in calls:
        a, k, watched = unpack(json.loads(line))
        plain = all(x is None or type(x) in (bool, int, float, str) for x in a) and not k
        before = json.dumps(pack(a, foreign)) if watched and not plain else None
        try:
            answer = {"r": pack(f(*a, **k), foreign)}
        except BaseException as e:
            answer = complaint(e)
        if before is not None:
            after = pack(a, foreign)
            if json.dumps(after) != before: answer["m"] = after
        say(answer)
nurse(serve)
)python";

/// Descriptors: 0 its task as JSON, 3 answers in, 4 calls out, 5 the verdict out, 6 the canonical solution's answers where the
/// task has inputs to compare on. For the canonical solution (`own`) there is no candidate: it finds those, and writes them
/// behind its verdict. Where the test is made of `cases` there is no candidate either: the `program` stands here
/// (case_tests.hpp).
inline constexpr std::string_view examiner_program = R"python(
def examine():
    import builtins, select
    with open(0, "rb", closefd=False) as given: task = json.loads(given.read())
    os.dup2(1, 0)
    calls = open(4, "wb")
    row = json.loads(task["row"]) if task["row"] else None
    if row: row["suite"] = task["suite"]
    compared = row and not task["own"]       # the file of known answers is read at a place of our own: others read it too
    expected = pickle.loads(os.pread(6, os.fstat(6).st_size, 0)) if compared else None
    done = []                                  # the parts of the tests that are over
    class Ended(BaseException): pass
    class Opaque:
        def __init__(self, name): self.name = str(name)[:80]
        def __repr__(self): return "<" + self.name + ">"
    end = []                                   # the first outcome that no test can undo
    def finish(outcome, detail):
        if not end: end.append((outcome, detail))
        raise Ended()
    def hear(began, seconds):                  # one line, all of it in time: its first byte is no answer
        blocks, length = [b""], 0
        while not blocks[-1].endswith(b"\n"):
            left = began + seconds - time.monotonic()
            if left <= 0 or not select.select([3], [], [], left)[0]:
                finish("timed_out", "no answer after %.3g s of wall time" % seconds)
            blocks.append(os.read(3, 1 << 16))
            length += len(blocks[-1])
            if not blocks[-1]: finish("crashed", "the program ended before it answered")
            if length > longest_answer: finish("failed", "an answer is too long")
        try:
            answer = json.loads(b"".join(blocks))
            assert type(answer) is dict
            return answer
        except Exception: finish("failed", "a malformed answer")
    def foreign(v):                            # handed on from an answer it is the sample's doing, else the test's
        given = type(v) is Opaque or type(v) is type(iter([]))
        kind = repr(v) if given else type(v).__name__
        finish("failed" if given else "refused", "an argument of type " + kind + " cannot cross")
    def put_back(old, new):                    # what the call did to its arguments
        if type(old) is not type(new): return
        if type(old) is list or type(old) is bytearray: old[:] = new
        elif type(old) is dict or type(old) is set: old.clear(); old.update(new)
    called = []
    def candidate(*a, **k): return ask(a, k, task["call_seconds"], True)
    def ask(a, k, seconds, watched):
        if end: raise Ended()
        called[:] = [True]
        call = json.dumps([pack(list(a), foreign), pack(k, foreign), watched]).encode() + b"\n"
        began = time.monotonic()
        try:
            calls.write(call)
            calls.flush()
        except BrokenPipeError: finish("crashed", "the program ended before it answered")
        answer = hear(began, seconds)
        try:
            if watched and "m" in answer:      # nobody else may change what its answer is judged by
                for old, new in zip(a, unpack(answer["m"], Opaque)): put_back(old, new)
            if "e" not in answer: return unpack(answer["r"], Opaque)
            name, text = answer["e"]
            kind = getattr(builtins, str(name), None)
        except Exception: finish("failed", "a malformed answer")
        # StopIteration would end a loop of the test early; SystemExit and the like must not look like the test's own end.
        if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind in (StopIteration, StopAsyncIteration):
            kind = RuntimeError
            text = str(name) + ": " + str(text)
        try: problem = kind(str(text))
        except Exception: problem = RuntimeError(str(name) + ": " + str(text))
        raise problem
    def describe(e):
        text = type(e).__name__ + (": " + str(e) if str(e) else "")
        place, frame = None, e.__traceback__
        while frame:
            if frame.tb_frame.f_code.co_filename == "test.py": place = frame.tb_lineno
            frame = frame.tb_next
        lines = task["test"].split("\n")
        if place and place <= len(lines): text += " at: " + lines[place - 1].strip()
        return text
    space = {"__name__": "examiner"}
    def examine_candidate():
        space[task["entry_point"]] = candidate
        first = hear(time.monotonic(), task["seconds"])
        if "ready" not in first: finish("failed", ": ".join(map(str, first["e"])) if "e" in first else "a malformed answer")
        if row:
            limit = lambda own: max(task["call_seconds"], task["reference_factor"] * own)
            differ(row, expected, lambda a, own: ask(a, {}, limit(own), False), done.append, finish)
        else:
            try: exec(compile(task["test"], "test.py", "exec"), space)
            except ImportError as e:           # before any call it is no sample's doing
                if not called: finish("refused", "the benchmark's own test does not run: " + describe(e))
                raise
            if "check" in space: space["check"](candidate)
        if not called: finish("refused", "the test never calls the program")
    def examine_calls():
        own = task["prompt"] + task["solution"]
        if not task["solution"]:                # a prompt that ends at its signature lacks a body, which nobody calls
            try: compile(own, "benchmark.py", "exec")
            except SyntaxError: own += "\n    pass\n"
        try: exec(compile(own, "benchmark.py", "exec"), space)
        except BaseException as e: finish("refused", "the benchmark's own text does not run: " + describe(e))
        if task["own"]: return pickle.dumps(answers_of(row, space[task["entry_point"]], finish))
        examine_candidate()
        return b""
    outcome, found = ("failed", ""), b""
    try:
        if task["cases"]: run_cases(task["program"], task["test"], finish)
        else: found = examine_calls()
        outcome = ("passed", "")
    except Ended: pass
    except BaseException as e: outcome = ("failed", describe(e))
    if end: outcome = end[0]
    with open(5, "wb") as verdict:
        detail = outcome[1][:400].encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is no JSON to others
        said = {"outcome": outcome[0], "detail": detail, "base": "base_input" in done, "bytes": len(found)}
        verdict.write(json.dumps(said).encode() + b"\n" + found)
    os._exit(0)
nurse(examine)
)python";

/// One of the two with what it stands on, as a nursery takes it.
inline std::string program_text(std::initializer_list<std::string_view> parts) {
  std::string text(nursery_imports);
  for (auto part : {value_codec, nursery_program}) text += part;
  for (auto part : parts) text += part;
  return text;
}

}  // namespace snowcoder::evaluate
