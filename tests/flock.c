/* An flock that is missing, refuses, lies, or holds within one process alone; for tests. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 64 };
static struct { dev_t dev; ino_t ino; int fd; } held[MOST]; /* fd 0: free */

/* as the real one, between the descriptors of this process */
static int in_process(int fd, int what)
{
    struct stat file;
    if (fstat(fd, &file))
        return -1;
    for (int i = 0; i < MOST; i++)
        if (held[i].fd == fd)
            held[i].fd = 0;
    if (what & LOCK_UN)
        return 0;
    for (int i = 0; i < MOST; i++)
        if (held[i].fd && held[i].dev == file.st_dev && held[i].ino == file.st_ino) {
            errno = EWOULDBLOCK;
            return -1;
        }
    for (int i = 0; i < MOST; i++)
        if (!held[i].fd) {
            held[i].dev = file.st_dev; held[i].ino = file.st_ino; held[i].fd = fd;
            return 0;
        }
    abort();
}

int flock(int fd, int what)
{
    const char *how = getenv("FLOCK") ? getenv("FLOCK") : "";
    if (!strcmp(how, "lies"))
        return 0;
    if (!strcmp(how, "process"))
        return in_process(fd, what);
    if (!strcmp(how, "ENOSYS") || !strcmp(how, "ENOLCK")) {
        errno = strcmp(how, "ENOSYS") ? ENOLCK : ENOSYS;
        return -1;
    }
    return ((int (*)(int, int))dlsym(RTLD_NEXT, "flock"))(fd, what);
}
