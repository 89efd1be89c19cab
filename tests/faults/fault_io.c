/* Preloaded before libc (LD_PRELOAD): makes calls on one file fail, records them, moves the clock, damages messages.
 *
 * HARSANYI_FAULT_RANK=N              this rank alone (all if not set)
 * HARSANYI_FAULT_FILE=NAME           the file, and the folder that it lies in: paths that end in NAME or NAME.partial
 * HARSANYI_FAULT_IO=CALL:ERRNO:N:M   of the calls CALL (open, write, fsync) on the file those from the N-th on fail,
 *                                    M of them; "short" for ERRNO: half of the bytes are written
 * HARSANYI_FAULT_TRACE=FILE          writes down what changes the file: power_cut.py reads it
 * HARSANYI_FAULT_CLOCK=SECONDS:N     from the N-th look on the wall clock is off by this, another way at every look
 * HARSANYI_FAULT_MESSAGE=N           flips a bit in the N-th message of 256 bytes and more that is sent
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { MOST_DESCRIPTORS = 1024, NONE = 0, FILE_ITSELF = 1, FOLDER = 2 };
static char kinds[MOST_DESCRIPTORS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const char *setting(const char *name) {
  const char *rank = getenv("HARSANYI_FAULT_RANK");
  const char *own = getenv("OMPI_COMM_WORLD_RANK");
  if (rank != NULL && own != NULL && strcmp(rank, own) != 0) return NULL;
  return getenv(name);
}

/* ---- which calls fail */

struct fault {
  char call[16];
  char error[16];
  long first;
  long count;
};

static int fault_of(struct fault *fault) {
  const char *text = setting("HARSANYI_FAULT_IO");
  return text != NULL &&
         sscanf(text, "%15[^:]:%15[^:]:%ld:%ld", fault->call, fault->error, &fault->first, &fault->count) == 4;
}

static int number_of(const char *error) {
  if (strcmp(error, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(error, "EDQUOT") == 0) return EDQUOT;
  if (strcmp(error, "EROFS") == 0) return EROFS;
  if (strcmp(error, "EACCES") == 0) return EACCES;
  return EIO;
}

/* 0: goes through, -1: fails with errno set, 1: writes half. */
static int verdict(const char *call) {
  static long calls[3];
  struct fault fault;
  if (!fault_of(&fault) || strcmp(fault.call, call) != 0) return 0;
  pthread_mutex_lock(&mutex);
  const long now = ++calls[call[0] == 'o' ? 0 : call[0] == 'w' ? 1 : 2];
  pthread_mutex_unlock(&mutex);
  if (now < fault.first || now >= fault.first + fault.count) return 0;
  if (strcmp(fault.error, "short") == 0) return 1;
  errno = number_of(fault.error);
  return -1;
}

/* ---- which files */

static int ends_with(const char *text, const char *end) {
  const size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

static int kind_of(const char *path, int flags) {
  char partial[512];
  const char *name = setting("HARSANYI_FAULT_FILE");
  if (name == NULL || path == NULL) return NONE;
  snprintf(partial, sizeof partial, "%s.partial", name);
  if (ends_with(path, name) || ends_with(path, partial)) return FILE_ITSELF;
  return (flags & O_DIRECTORY) != 0 ? FOLDER : NONE;
}

static int kind(int descriptor) {
  return descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? kinds[descriptor] : NONE;
}

static void remember(int descriptor, int what) {
  if (descriptor >= 0 && descriptor < MOST_DESCRIPTORS) kinds[descriptor] = (char)what;
}

/* ---- the trace: a letter, two numbers, and the bytes of a write */

static void trace(char what, uint64_t place, uint64_t length, const void *bytes) {
  static int out = -1;
  const char *path = setting("HARSANYI_FAULT_TRACE");
  if (path == NULL) return;
  pthread_mutex_lock(&mutex);
  if (out < 0) out = NEXT(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  char head[17];
  head[0] = what;
  memcpy(head + 1, &place, 8);
  memcpy(head + 9, &length, 8);
  ssize_t done = NEXT(write)(out, head, sizeof head);
  if (done > 0 && bytes != NULL) done = NEXT(write)(out, bytes, length);
  pthread_mutex_unlock(&mutex);
  if (done < 0) abort();
}

/* ---- files */

static int open_as(int (*next)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  const int what = kind_of(path, flags);
  if (what == FILE_ITSELF && (flags & O_ACCMODE) != O_RDONLY && verdict("open") < 0) return -1;
  const int descriptor = next(path, flags, mode);
  remember(descriptor, what);
  return descriptor;
}

#define MODE_OF(flags)                                    \
  mode_t mode = 0;                                        \
  if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) { \
    va_list more;                                         \
    va_start(more, flags);                                \
    mode = va_arg(more, mode_t);                          \
    va_end(more);                                         \
  }

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return open_as(NEXT(open), path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return open_as(NEXT(open64), path, flags, mode);
}

int close(int descriptor) {
  remember(descriptor, NONE);
  return NEXT(close)(descriptor);
}

static ssize_t write_at(int descriptor, const void *bytes, size_t size, off_t place) {
  const int fate = verdict("write");
  if (fate < 0) return -1;
  if (fate > 0 && size > 1) size /= 2;
  const ssize_t done = NEXT(pwrite64)(descriptor, bytes, size, place);
  if (done > 0) trace('w', (uint64_t)place, (uint64_t)done, bytes);
  return done;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place) {
  if (kind(descriptor) != FILE_ITSELF) return NEXT(pwrite)(descriptor, bytes, size, place);
  return write_at(descriptor, bytes, size, place);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t place) {
  if (kind(descriptor) != FILE_ITSELF) return NEXT(pwrite64)(descriptor, bytes, size, place);
  return write_at(descriptor, bytes, size, place);
}
ssize_t write(int descriptor, const void *bytes, size_t size) {
  if (kind(descriptor) != FILE_ITSELF) return NEXT(write)(descriptor, bytes, size);
  const off_t place = lseek(descriptor, 0, SEEK_CUR);
  const ssize_t done = write_at(descriptor, bytes, size, place);
  if (done > 0) lseek(descriptor, place + done, SEEK_SET);
  return done;
}

int ftruncate(int descriptor, off_t size) {
  const int status = NEXT(ftruncate)(descriptor, size);
  if (status == 0 && kind(descriptor) == FILE_ITSELF) trace('t', (uint64_t)size, 0, NULL);
  return status;
}
int ftruncate64(int descriptor, off64_t size) {
  const int status = NEXT(ftruncate64)(descriptor, size);
  if (status == 0 && kind(descriptor) == FILE_ITSELF) trace('t', (uint64_t)size, 0, NULL);
  return status;
}

int fsync(int descriptor) {
  const int what = kind(descriptor);
  if (what == FILE_ITSELF && verdict("fsync") < 0) return -1;
  const int status = NEXT(fsync)(descriptor);
  if (status == 0 && what != NONE) trace(what == FOLDER ? 'd' : 's', 0, 0, NULL);
  return status;
}

int rename(const char *from, const char *to) {
  const int what = kind_of(to, 0);
  const int status = NEXT(rename)(from, to);
  if (status == 0 && what == FILE_ITSELF) trace('r', 0, 0, NULL);
  return status;
}

/* ---- the wall clock */

static time_t shift(void) {
  static long looks;
  long seconds, first;
  const char *text = setting("HARSANYI_FAULT_CLOCK");
  if (text == NULL || sscanf(text, "%ld:%ld", &seconds, &first) != 2) return 0;
  const long look = __atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED);
  return look < first ? 0 : look % 2 == 0 ? seconds : -seconds;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*next)(clockid_t, struct timespec *);
  if (next == NULL) next = NEXT(clock_gettime);
  const int status = next(clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec += shift();
  return status;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  const int status = NEXT(gettimeofday)(now, zone);
  now->tv_sec += shift();
  return status;
}
time_t time(time_t *now) {
  const time_t shifted = NEXT(time)(NULL) + shift();
  if (now != NULL) *now = shifted;
  return shifted;
}

/* ---- messages: of Open MPI's types only the sizes matter here */

int MPI_Isend(const void *bytes, int count, void *type, int to, int tag, void *comm, void *request) {
  int (*next)(const void *, int, void *, int, int, void *, void *) =
      (int (*)(const void *, int, void *, int, int, void *, void *))dlsym(RTLD_NEXT, "PMPI_Isend");
  static long sent;
  const char *text = setting("HARSANYI_FAULT_MESSAGE");
  if (text != NULL && count >= 256 && __atomic_add_fetch(&sent, 1, __ATOMIC_RELAXED) == atol(text))
    ((unsigned char *)(uintptr_t)bytes)[count / 2] ^= 4; /* the sender's own copy, which nobody reads again */
  return next(bytes, count, type, to, tag, comm, request);
}
