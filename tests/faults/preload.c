/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulates a shortage of memory, threads or files. It is loaded with LD_PRELOAD. */
#include "faults/shortage.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

static struct shortage *shortage; /* NULL before begin() */
static struct {
	const void *own, *tlsd, *libc; /* load addresses */
} files;

/* Memory for allocations made while the real functions are being looked up; never freed. */
static _Alignas(max_align_t) char early[4096];
static size_t early_used;

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void (*free)(void *);
	int (*accept4)(int, struct sockaddr *, socklen_t *, int);
	int (*epoll_ctl)(int, int, int, struct epoll_event *);
	void *(*mmap)(void *, size_t, int, int, int, off_t);
	int (*clock_gettime)(clockid_t, struct timespec *);
	int (*cond_timedwait)(
	    pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	int (*join)(pthread_t, void **);
} real;

/* ISO C has no conversion from an object pointer, as dlsym() returns it, to a function pointer. */
static void
find(const char *name, void *function)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
}

static bool
is_found(void)
{
	static bool finding;

	if (real.free != NULL)
		return true;
	if (finding)
		return false;
	finding = true;
	find("malloc", &real.malloc);
	find("calloc", &real.calloc);
	find("realloc", &real.realloc);
	find("aligned_alloc", &real.aligned_alloc);
	find("accept4", &real.accept4);
	find("epoll_ctl", &real.epoll_ctl);
	find("mmap", &real.mmap);
	find("clock_gettime", &real.clock_gettime);
	find("pthread_cond_timedwait", &real.cond_timedwait);
	find("pthread_create", &real.create);
	find("pthread_join", &real.join);
	find("free", &real.free); /* last, because is_found() tests it */
	return true;
}

static void *
take_early(size_t size)
{
	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) *
	       sizeof(max_align_t);
	if (size > sizeof early - early_used)
		abort();
	early_used += size;
	return early + early_used - size;
}

static bool
is_early(const void *memory)
{
	return (const char *)memory >= early &&
	       (const char *)memory < early + sizeof early;
}

/* Returns the load address of the file that contains `address`. */
static const void *
file_of(const void *address)
{
	Dl_info info = { 0 };

	return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv(SHORTAGE_VARIABLE);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	files.own = file_of(early);
	files.tlsd = file_of((const void *)getauxval(AT_ENTRY));
	files.libc = file_of((const void *)(uintptr_t)getenv);
	void *page =
	    mmap(NULL, sizeof *shortage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page != MAP_FAILED)
		shortage = page;
}

/* A walk up the stack, to the code that needs the allocation. */
struct way {
	bool is_tlsd; /* the last frame was tlsd's */
	const void *caller; /* that code; NULL until found */
};

/* Skips the function of tlsd through which each allocation passes, such as its
 * malloc(3), and the functions of the C library that call it. */
static _Unwind_Reason_Code
go_up(struct _Unwind_Context *context, void *argument)
{
	struct way *way = argument;
	const void *address = (const void *)_Unwind_GetIP(context);
	const void *file = file_of(address);

	if (file == files.own || (way->is_tlsd && file == files.libc))
		return _URC_NO_REASON;
	bool was_tlsd = way->is_tlsd;
	way->is_tlsd = file == files.tlsd;
	if (!was_tlsd && way->is_tlsd)
		return _URC_NO_REASON;
	way->caller = address;
	return _URC_END_OF_STACK;
}

/* True if tlsd's own code needs the allocation; then `*caller` is that code. */
static bool
is_tlsds(const void **caller)
{
	struct way way = { .is_tlsd = false };

	_Unwind_Backtrace(go_up, &way);
	*caller = way.caller;
	return way.is_tlsd && way.caller != NULL;
}

static void
note_failure(const void *caller)
{
	Dl_info info = { 0 };

	dladdr(caller, &info);
	snprintf(shortage->where, sizeof shortage->where, "%s+%#tx, %s", info.dli_fname,
	    (const char *)caller - (char *)info.dli_fbase,
	    info.dli_sname != NULL ? info.dli_sname : "-");
}

/* Counts an allocation. Returns true if it must fail; `caller` is then noted. */
static bool
must_fail(const void *caller)
{
	if (shortage == NULL || (shortage->bare && !is_tlsds(&caller)))
		return false;
	long number = atomic_fetch_add(&shortage->count, 1) + 1;
	long first = atomic_load(&shortage->first);
	if (first == 0 || number < first || number > atomic_load(&shortage->last))
		return false;
	if (atomic_fetch_add(&shortage->failed, 1) == 0)
		note_failure(caller);
	errno = ENOMEM;
	return true;
}

static void *
note(void *memory)
{
	if (memory != NULL && shortage != NULL)
		atomic_fetch_add(&shortage->blocks, 1);
	return memory;
}

void *
malloc(size_t size)
{
	if (!is_found())
		return take_early(size);
	return must_fail(__builtin_return_address(0)) ? NULL : note(real.malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	if (!is_found())
		return take_early(count * size);
	return must_fail(__builtin_return_address(0)) ? NULL
	                                              : note(real.calloc(count, size));
}

void
free(void *memory)
{
	if (memory == NULL || is_early(memory) || !is_found())
		return;
	if (shortage != NULL)
		atomic_fetch_sub(&shortage->blocks, 1);
	real.free(memory);
}

void *
realloc(void *old, size_t size)
{
	if (!is_found() || must_fail(__builtin_return_address(0)))
		return NULL;
	if (old == NULL)
		return note(real.malloc(size));
	void *new = real.realloc(old, size);
	if (new == NULL && size == 0 && shortage != NULL)
		atomic_fetch_sub(&shortage->blocks, 1);
	return new;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	if (!is_found() || must_fail(__builtin_return_address(0)))
		return NULL;
	return note(real.aligned_alloc(alignment, size));
}

int
posix_memalign(void **memory, size_t alignment, size_t size)
{
	*memory = !is_found() || must_fail(__builtin_return_address(0))
	              ? NULL
	              : note(real.aligned_alloc(alignment, size));
	return *memory != NULL ? 0 : ENOMEM;
}

int
accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	int error = shortage != NULL ? atomic_load(&shortage->accept_error) : 0;

	if (error == 0)
		return real.accept4(fd, address, length, flags);
	atomic_fetch_add(&shortage->refused, 1);
	errno = error;
	return -1;
}

int
epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	if (shortage == NULL || operation != EPOLL_CTL_ADD)
		return real.epoll_ctl(epoll, operation, fd, event);
	int result = shortage->bare && must_fail(__builtin_return_address(0))
	                 ? -1
	                 : real.epoll_ctl(epoll, operation, fd, event);
	atomic_fetch_add(
	    (event->events & EPOLLOUT) != 0 ? &shortage->to_write : &shortage->to_read,
	    1);
	return result;
}

/* tlsd itself calls mmap(2) only for its memory reserve. */
void *
mmap(void *place, size_t size, int rights, int flags, int fd, off_t offset)
{
	const void *caller = __builtin_return_address(0);

	if (!is_found())
		return MAP_FAILED;
	if (shortage == NULL || !shortage->bare || file_of(caller) != files.tlsd)
		return real.mmap(place, size, rights, flags, fd, offset);
	errno = ENOMEM;
	return MAP_FAILED;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!is_found())
		return -1;
	int result = real.clock_gettime(clock, now);
	if (result == 0 && clock == CLOCK_MONOTONIC && shortage != NULL)
		now->tv_sec += atomic_load(&shortage->ahead_s);
	return result;
}

/* tlsd's condition variables use the monotonic clock; the kernel's is not ahead. */
int
pthread_cond_timedwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
	struct timespec at = *until;

	if (shortage != NULL)
		at.tv_sec -= atomic_load(&shortage->ahead_s);
	return real.cond_timedwait(condition, mutex, &at);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*run)(void *), void *context)
{
	if (shortage == NULL)
		return real.create(thread, attributes, run, context);
	if (atomic_fetch_add(&shortage->started, 1) + 1 ==
	    atomic_load(&shortage->thread))
		return EAGAIN;
	int error = real.create(thread, attributes, run, context);
	if (error == 0)
		atomic_fetch_add(&shortage->running, 1);
	return error;
}

int
pthread_join(pthread_t thread, void **result)
{
	int error = real.join(thread, result);

	if (error == 0 && shortage != NULL)
		atomic_fetch_sub(&shortage->running, 1);
	return error;
}
