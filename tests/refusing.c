/* Refuses the Nth call, or kills at it, of those that touch files under a folder; for tests. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, FSYNC = 4, RENAME = 8, MKDIR = 16, LOCK = 32, REMOVE = 64 };

/* one for a process and all that it starts, which map the same file */
struct state {
    char folder[PATH_MAX];
    long calls, nth;
    int number, kinds, every;
};
static struct state own, *now = &own;

__attribute__((constructor)) static void shared(void)
{
    const char *file = getenv("REFUSING_STATE");
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof *now, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED)
        now = at;
    close(fd);
}

/* error 0 kills; every: all calls from the Nth on; gives the calls so far */
long refuse(const char *under, int which, long n, int error, int all)
{
    long before = now->calls;
    strncpy(now->folder, under, sizeof now->folder - 1);
    now->kinds = which; now->nth = n; now->number = error; now->every = all; now->calls = 0;
    return before;
}

static int refused(int kind, const char *path)
{
    if (!now->folder[0] || !(now->kinds & kind) || !path || strncmp(path, now->folder, strlen(now->folder)))
        return 0;
    long call = __sync_add_and_fetch(&now->calls, 1);
    if (getenv("REFUSING_TRACE"))
        dprintf(atoi(getenv("REFUSING_TRACE")), "%ld %d %d %s\n", call, getpid(), kind, path);
    if (!now->nth || !(call == now->nth || (now->every && call > now->nth)))
        return 0;
    if (!now->number)
        kill(getpid(), SIGKILL);
    errno = now->number;
    return 1;
}

static int refused_fd(int kind, int fd)
{
    char link[64], path[PATH_MAX];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (n < 0)
        return 0;
    path[n] = 0;
    return refused(kind, path);
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))
#define OPENS(name)                                                                    \
    int name(const char *path, int flags, ...)                                         \
    {                                                                                  \
        va_list more;                                                                  \
        va_start(more, flags);                                                         \
        int mode = va_arg(more, int);                                                  \
        va_end(more);                                                                  \
        if (refused(OPEN, path))                                                       \
            return -1;                                                                 \
        return REAL(#name, int (*)(const char *, int, ...))(path, flags, mode);        \
    }
OPENS(open)
OPENS(open64)
#define OPENATS(name)                                                                  \
    int name(int at, const char *path, int flags, ...)                                 \
    {                                                                                  \
        va_list more;                                                                  \
        va_start(more, flags);                                                         \
        int mode = va_arg(more, int);                                                  \
        va_end(more);                                                                  \
        if (refused(OPEN, path))                                                       \
            return -1;                                                                 \
        return REAL(#name, int (*)(int, const char *, int, ...))(at, path, flags, mode); \
    }
OPENATS(openat)
OPENATS(openat64)
FILE *fopen64(const char *path, const char *mode)
{
    return refused(OPEN, path) ? NULL : REAL("fopen64", FILE * (*)(const char *, const char *))(path, mode);
}
ssize_t write(int fd, const void *data, size_t size)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("write", ssize_t(*)(int, const void *, size_t))(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("pwrite64", ssize_t(*)(int, const void *, size_t, off64_t))(fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("pwrite", ssize_t(*)(int, const void *, size_t, off_t))(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *data, int count)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("writev", ssize_t(*)(int, const struct iovec *, int))(fd, data, count);
}
size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    return refused_fd(WRITE, fileno(file)) ? 0 : REAL("fwrite", size_t(*)(const void *, size_t, size_t, FILE *))(data, size, count, file);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size)
{
    return refused_fd(WRITE, to) ? -1 : REAL("sendfile", ssize_t(*)(int, int, off_t *, size_t))(to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size)
{
    return refused_fd(WRITE, to) ? -1 : REAL("sendfile64", ssize_t(*)(int, int, off64_t *, size_t))(to, from, at, size);
}
int ftruncate(int fd, off_t size)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("ftruncate", int (*)(int, off_t))(fd, size);
}
int ftruncate64(int fd, off64_t size)
{
    return refused_fd(WRITE, fd) ? -1 : REAL("ftruncate64", int (*)(int, off64_t))(fd, size);
}
/* nothing is lost without them where the power stays on, and they take most of the time */
int fdatasync(int fd)
{
    return refused_fd(FSYNC, fd) ? -1 : 0;
}
int fsync(int fd)
{
    return refused_fd(FSYNC, fd) ? -1 : 0;
}
int rename(const char *from, const char *to)
{
    return refused(RENAME, to) ? -1 : REAL("rename", int (*)(const char *, const char *))(from, to);
}
int renameat(int at, const char *from, int too, const char *to)
{
    return refused(RENAME, to) ? -1 : REAL("renameat", int (*)(int, const char *, int, const char *))(at, from, too, to);
}
int mkdir(const char *path, mode_t mode)
{
    return refused(MKDIR, path) ? -1 : REAL("mkdir", int (*)(const char *, mode_t))(path, mode);
}
int mkdirat(int at, const char *path, mode_t mode)
{
    return refused(MKDIR, path) ? -1 : REAL("mkdirat", int (*)(int, const char *, mode_t))(at, path, mode);
}
int flock(int fd, int what)
{
    return refused_fd(LOCK, fd) ? -1 : REAL("flock", int (*)(int, int))(fd, what);
}
int unlink(const char *path)
{
    return refused(REMOVE, path) ? -1 : REAL("unlink", int (*)(const char *))(path);
}
int rmdir(const char *path)
{
    return refused(REMOVE, path) ? -1 : REAL("rmdir", int (*)(const char *))(path);
}
int unlinkat(int at, const char *path, int flags)
{
    char link[64], whole[PATH_MAX];
    int kept = errno;
    ssize_t n = 0;
    if (path[0] != '/') { /* of a folder that is open */
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        n = readlink(at == AT_FDCWD ? "/proc/self/cwd" : link, whole, sizeof whole - 2);
        errno = kept;
        n = n < 0 ? 0 : n;
        whole[n++] = '/';
    }
    snprintf(whole + n, sizeof whole - n, "%s", path);
    return refused(REMOVE, whole) ? -1 : REAL("unlinkat", int (*)(int, const char *, int))(at, path, flags);
}
