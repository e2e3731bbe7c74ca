/*
 * Region allocator for request handling.
 *
 * A server makes many small allocations while it handles one request and releases all of them
 * together. The arena hands out aligned pieces of larger blocks and keeps the blocks for the
 * next request, so that steady traffic stops calling malloc.
 */
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES 4096

struct block {
    struct block *next;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *first;
    struct block *current;
};

static struct block *block_new(size_t minimum)
{
    size_t capacity = minimum > BLOCK_BYTES ? minimum : BLOCK_BYTES;
    struct block *b = malloc(sizeof *b + capacity);

    if (b != NULL)
        *b = (struct block){.capacity = capacity};
    return b;
}

/* Returns memory aligned for any object, or NULL when the system is out of memory. */
static void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);

    if (size > (size_t)-1 / 2)
        return NULL;
    size = (size + align - 1) / align * align;
    while (a->current == NULL || a->current->capacity - a->current->used < size) {
        struct block **link = a->current == NULL ? &a->first : &a->current->next;
        if (*link == NULL && (*link = block_new(size)) == NULL)
            return NULL;
        a->current = *link;
        a->current->used = 0;
    }
    void *result = a->current->bytes + a->current->used;
    a->current->used += size;
    return result;
}

/* Forgets all allocations but keeps the blocks for reuse. */
static void arena_reset(struct arena *a)
{
    a->current = NULL;
}

static void arena_free(struct arena *a)
{
    while (a->first != NULL) {
        struct block *next = a->first->next;
        free(a->first);
        a->first = next;
    }
    a->current = NULL;
}

int main(void)
{
    struct arena arena = {0};

    for (int request = 1; request <= 2; request++) {
        char *path = arena_alloc(&arena, 32);
        double *timings = arena_alloc(&arena, 1000 * sizeof *timings);
        if (path == NULL || timings == NULL)
            return EXIT_FAILURE;
        timings[999] = 0.25 * request;
        snprintf(path, 32, "/status/%d", request);
        printf("%s took %.2f s\n", path, timings[999]);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return EXIT_SUCCESS;
}
