"""A process that uses libvirthook, as a libvirt daemon does: the library's host in these tests.

Runs apart from the test's own process, so that descriptors, children, signals and memory are only
the library's doing. It is told what to do by lines of JSON on its stdin, does each in a thread of
its own, and answers by lines on its stdout. It uses ctypes, so that the ABI is what is tested.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time
from ctypes import (POINTER, Structure, byref, c_bool, c_char_p, c_int, c_size_t, c_uint, c_uint64,
                    c_void_p, sizeof, string_at)


class Options(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("socket", c_char_p),
                ("helper", c_char_p), ("hooks", c_char_p), ("config", c_char_p),
                ("audit", c_char_p), ("policy", c_char_p), ("deadline_ms", c_uint64),
                ("max_wait_ms", c_uint64)]


class Request(Structure):
    _fields_ = [("size", c_size_t), ("driver", c_char_p), ("object", c_char_p), ("uuid", c_char_p),
                ("operation", c_char_p), ("sub_operation", c_char_p), ("extra", c_char_p),
                ("input", c_void_p), ("input_size", c_size_t), ("input_fd", c_int),
                ("use_input_fd", c_bool), ("event", c_bool), ("timeout_ms", c_uint64),
                ("tag", c_uint64), ("profile", c_char_p), ("only", c_char_p),
                ("delivery", c_char_p), ("uri", c_char_p)]


class Script(Structure):
    _fields_ = [("path", c_char_p), ("exit_status", c_int), ("signal", c_int),
                ("timed_out", c_bool), ("problem", c_char_p), ("duration_ms", c_uint64),
                ("stdout_bytes", c_uint64), ("stderr_bytes", c_uint64), ("stdout_tail", c_char_p),
                ("stderr_tail", c_char_p), ("profile", c_char_p), ("denied", c_char_p),
                ("enforced", c_char_p), ("observed", c_char_p), ("retries", c_uint)]


class Reply(Structure):
    _fields_ = [("allow", c_bool), ("reason", c_char_p), ("message", c_char_p),
                ("duration_ms", c_uint64), ("output", c_void_p), ("output_size", c_size_t),
                ("script_count", c_size_t), ("scripts", POINTER(Script))]


def load(path):
    library = ctypes.CDLL(path)
    library.virthook_open.argtypes = [POINTER(Options), POINTER(c_void_p)]
    library.virthook_close.argtypes = [c_void_p]
    library.virthook_close.restype = None
    library.virthook_call.argtypes = [c_void_p, POINTER(Request), POINTER(POINTER(Reply))]
    library.virthook_reply_free.argtypes = [POINTER(Reply)]
    library.virthook_reply_free.restype = None
    library.virthook_failure_allows.argtypes = [c_void_p, c_char_p, c_char_p]
    library.virthook_failure_allows.restype = c_bool
    library.virthook_present.argtypes = [c_void_p, c_char_p]
    library.virthook_present.restype = c_bool
    library.virthook_is_kind.argtypes = [c_char_p]
    library.virthook_is_kind.restype = c_bool
    library.virthook_cancel.argtypes = [c_void_p, c_uint64]
    library.virthook_cancel.restype = c_size_t
    library.virthook_cancel_all.argtypes = [c_void_p]
    library.virthook_cancel_all.restype = c_size_t
    library.virthook_status.argtypes = [c_void_p, POINTER(c_void_p)]
    library.virthook_reload.argtypes = [c_void_p, POINTER(c_void_p)]
    library.virthook_version.restype = c_char_p
    return library


def encoded(value):
    """Text to bytes; surrogates stand for bytes that are not UTF-8."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def plain(structure, names):
    values = {name: getattr(structure, name) for name in names}
    return {name: value.decode() if isinstance(value, bytes) else value
            for name, value in values.items()}


def plain_reply(reply):
    names = [name for name, _ in Reply._fields_ if name not in ("output", "scripts")]
    result = plain(reply, names)
    result["output"] = None
    if reply.output:
        raw = string_at(reply.output, reply.output_size + 1)
        result["output"] = raw[:-1].decode()
        result["output_ends"] = raw[-1] == 0
    result["scripts"] = [plain(reply.scripts[i], [name for name, _ in Script._fields_])
                         for i in range(reply.script_count)]
    return result


def read_if_there(path):
    """A file of /proc; nothing where its thread has ended meanwhile."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Daemon:
    """What the test may ask for; each method is one request."""

    def __init__(self, library):
        self.lib = library
        self.hook = c_void_p()
        self.descriptors_max = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def open(self, **options):
        values = {name: encoded(value) for name, value in options.items()}
        filled = Options(**({"size": sizeof(Options)} | values))
        return self.lib.virthook_open(byref(filled), byref(self.hook))

    def close(self):
        started = time.monotonic()
        self.lib.virthook_close(self.hook)
        self.hook = c_void_p()
        return time.monotonic() - started

    def call(self, *, input=None, input_path=None, open_pipe=False, **values):
        """One call: its reply with the `seconds` it took, or {"error": errno}."""
        values = {"driver": "qemu", "object": "guest", "operation": "prepare",
                  "sub_operation": "begin"} | values
        request = Request(**({"size": sizeof(Request)} |
                             {name: encoded(value) for name, value in values.items()}))
        fds = []
        if input is not None:
            data = encoded(input)
            request.input, request.input_size = ctypes.cast(data, c_void_p), len(data)
        if input_path is not None:
            fds = [os.open(input_path, os.O_RDONLY | os.O_CLOEXEC)]
        if open_pipe:
            fds = os.pipe()
        if fds:
            request.use_input_fd, request.input_fd = True, fds[0]
        try:
            return self.make_call(request)
        finally:
            for fd in fds:
                os.close(fd)

    def make_call(self, request):
        reply = POINTER(Reply)()
        started = time.monotonic()
        r = self.lib.virthook_call(self.hook, byref(request), byref(reply))
        seconds = time.monotonic() - started
        if r != 0:
            return {"error": -r, "seconds": seconds}
        result = plain_reply(reply.contents) | {"seconds": seconds}
        self.lib.virthook_reply_free(reply)
        return result

    def ask(self, question):
        """What the function stores, or {"error": errno, "said": it}; with the `seconds` it took."""
        text = c_void_p()
        started = time.monotonic()
        r = getattr(self.lib, f"virthook_{question}")(self.hook, byref(text))
        seconds = time.monotonic() - started
        said = string_at(text.value).decode() if text.value else None
        ctypes.CDLL(None).free(text)
        return {"said": said, "seconds": seconds} | ({"error": -r} if r else {})

    def status(self):
        return self.ask("status")

    def reload(self):
        return self.ask("reload")

    def call_in_a_fork(self):
        """What a forked child is told, which must not speak on its parent's channel."""
        child = os.fork()
        if child == 0:
            os._exit(self.call().get("error", 0))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def close_in_a_fork(self):
        child = os.fork()
        if child == 0:
            self.lib.virthook_close(self.hook)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def failure_allows(self, driver, operation):
        return self.lib.virthook_failure_allows(self.hook, encoded(driver), encoded(operation))

    def is_kind(self, name):
        return self.lib.virthook_is_kind(encoded(name))

    def present(self, driver="qemu"):
        return self.lib.virthook_present(self.hook, encoded(driver))

    def present_in_a_fork(self):
        child = os.fork()
        if child == 0:
            os._exit(self.present())
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1

    def cancel(self, tag):
        return self.lib.virthook_cancel(self.hook, tag)

    def cancel_all(self):
        return self.lib.virthook_cancel_all(self.hook)

    def offset_in_request(self, name):
        return getattr(Request, name).offset

    def version(self):
        return self.lib.virthook_version().decode()

    def descriptors(self):
        """{number: whether it is close-on-exec} of what is open beyond stdin, stdout, stderr."""
        found = {}
        for name in os.listdir("/proc/self/fdinfo"):
            try:
                with open(f"/proc/self/fdinfo/{name}", encoding="utf-8") as info:
                    flags = next(line for line in info if line.startswith("flags:"))
            except FileNotFoundError:
                continue
            if int(name) > 2 and os.path.exists(f"/proc/self/fd/{name}"):
                found[name] = bool(int(flags.split()[1], 8) & os.O_CLOEXEC)
        return found

    def children(self):
        """{pid: state} of this process's children, those of all its threads."""
        found = {}
        for task in os.listdir("/proc/self/task"):
            for pid in read_if_there(f"/proc/self/task/{task}/children").split():
                found[pid] = read_if_there(f"/proc/{pid}/stat").rpartition(")")[2].split()[0]
        return found

    def surroundings(self):
        """What a guest in this process must leave as it was."""
        with open("/proc/self/status", encoding="utf-8") as status:
            lines = status.read().splitlines()
        signals = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Sig")
                   and not line.startswith("SigQ")}
        with open("/proc/self/environ", "rb") as environ:
            size = len(environ.read())
        return {"signals": signals, "environ_bytes": size, "environment": dict(os.environ),
                "cwd": os.getcwd()}

    def foreign_threads(self):
        """Those that Python did not start, or has just ended."""
        known = {thread.native_id for thread in threading.enumerate()}
        return [int(task) for task in os.listdir("/proc/self/task") if int(task) not in known]

    def leave_a_descriptor_open(self):
        """One that is inherited, as careless daemons have."""
        fd = os.open("/dev/null", os.O_RDONLY)
        os.set_inheritable(fd, True)
        return fd

    def ignore_and_block(self, ignored, blocked):
        """By the numbers of signals, in the main thread's stead: each request has its own."""
        for number in ignored:
            ctypes.CDLL(None).signal(number, ctypes.c_void_p(1))
        signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
        return self.call()

    def spawn_and_list(self, times):
        """What programs that this process starts meanwhile find open beyond 0, 1 and 2."""
        found = set()
        for _ in range(times):
            reading, writing = os.pipe()
            pid = os.posix_spawn("/bin/ls", ["ls", "-l", "/proc/self/fd"], {},
                                 file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
            os.close(writing)
            with os.fdopen(reading, encoding="utf-8") as lines:
                found |= {line.split()[-1] for line in lines if " -> " in line}
            os.waitpid(pid, 0)
        return sorted(path for path in found if "socket:" in path or "memfd" in path
                      or "eventfd" in path or "pidfd" in path)

    def limit_descriptors(self, more):
        """So many may be opened beyond those that are open."""
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + more, self.descriptors_max))

    def close_stdio(self):
        """A daemon may have no stdin, stdout, stderr; the answers go another way from now on."""
        global answers
        answers = os.fdopen(os.dup(answers.fileno()), "w", buffering=1, encoding="utf-8")
        for fd in range(3):
            os.close(fd)
        return True


def serve(daemon):
    lock = threading.Lock()

    def act(number, method, arguments):
        try:
            answer = {"result": getattr(daemon, method)(**arguments)}
        except Exception as problem:  # the test shows it
            answer = {"problem": repr(problem)}
        with lock:
            answers.write(json.dumps({"number": number} | answer) + "\n")
            answers.flush()

    for line in orders:
        order = json.loads(line)
        threading.Thread(target=act, args=(order["number"], order["method"], order["arguments"]),
                         daemon=True).start()


# Kept away from 0, 1 and 2, which close_stdio() closes.
orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")

if __name__ == "__main__":
    serve(Daemon(load(sys.argv[1])))
    os._exit(0)
