/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shortage of memory, threads or files, to be loaded by LD_PRELOAD. */
#include "shortage.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct shortage *shortage; /* NULL until the process has come that far */

/* What finding the functions behind these may need; never freed. */
static _Alignas(max_align_t) char early[4096];
static size_t early_used;

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void (*free)(void *);
	int (*accept4)(int, struct sockaddr *, socklen_t *, int);
	int (*clock_gettime)(clockid_t, struct timespec *);
	int (*cond_timedwait)(
	    pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	int (*join)(pthread_t, void **);
} real;

/* ISO C knows no other way from what dlsym() returns to a function. */
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
	find("clock_gettime", &real.clock_gettime);
	find("pthread_cond_timedwait", &real.cond_timedwait);
	find("pthread_create", &real.create);
	find("pthread_join", &real.join);
	find("free", &real.free); /* the last: it says that all are there */
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

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv(SHORTAGE_VARIABLE);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *page =
	    mmap(NULL, sizeof *shortage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page != MAP_FAILED)
		shortage = page;
}

/* Counts one; whether it must fail, and then who asks for it. */
static bool
must_fail(const void *caller)
{
	Dl_info info = { 0 };

	if (shortage == NULL)
		return false;
	long number = atomic_fetch_add(&shortage->count, 1) + 1;
	long first = atomic_load(&shortage->first);
	if (first == 0 || number < first || number > atomic_load(&shortage->last))
		return false;
	if (atomic_fetch_add(&shortage->failed, 1) == 0) {
		dladdr(caller, &info);
		snprintf(shortage->where, sizeof shortage->where, "%s+%#tx, %s",
		    info.dli_fname, (const char *)caller - (char *)info.dli_fbase,
		    info.dli_sname != NULL ? info.dli_sname : "-");
	}
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
clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!is_found())
		return -1;
	int result = real.clock_gettime(clock, now);
	if (result == 0 && clock == CLOCK_MONOTONIC && shortage != NULL)
		now->tv_sec += atomic_load(&shortage->ahead_s);
	return result;
}

/* All conditions of tlsd are on the monotonic clock, which the kernel has not put ahead. */
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
