/*
 * Run-length coding of scanned lines.
 *
 * A scanned line contains long runs of equal bytes as well as noisy stretches. The coder writes
 * packets that begin with a control byte: 0..127 means that control + 1 literal bytes follow,
 * 129..255 means that the next byte is repeated 257 - control times. 128 is never written.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_PACKET 128u

static size_t run_length(const uint8_t *in, size_t left)
{
    size_t length = 1;

    while (length < left && length < MAX_PACKET && in[length] == in[0])
        length++;
    return length;
}

/* Encodes `n` bytes; `out` must hold n + n / 128 + 1 bytes. Returns the encoded size. */
static size_t rle_encode(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t pos = 0, written = 0;

    while (pos < n) {
        size_t run = run_length(in + pos, n - pos);
        if (run >= 3) {
            out[written++] = (uint8_t)(257 - run);
            out[written++] = in[pos];
            pos += run;
            continue;
        }
        /* Gather literals until a run that is worth its own packet begins. */
        size_t count = 0;
        while (pos + count < n && count < MAX_PACKET &&
               run_length(in + pos + count, n - pos - count) < 3)
            count++;
        out[written++] = (uint8_t)(count - 1);
        memcpy(out + written, in + pos, count);
        written += count;
        pos += count;
    }
    return written;
}

/* Decodes into `out`; returns the decoded size, or -1 if the input is damaged or too long. */
static long rle_decode(const uint8_t *in, size_t n, uint8_t *out, size_t capacity)
{
    size_t pos = 0, written = 0;

    while (pos < n) {
        uint8_t control = in[pos++];
        int is_run = control > 128;
        size_t length = is_run ? 257u - control : control + 1u;
        size_t consumed = is_run ? 1 : length;

        if (control == 128 || consumed > n - pos || length > capacity - written)
            return -1;
        if (is_run)
            memset(out + written, in[pos], length);
        else
            memcpy(out + written, in + pos, length);
        pos += consumed;
        written += length;
    }
    return (long)written;
}

int main(void)
{
    const char *line = "                  .-=##########################=-.          ";
    size_t size = strlen(line);
    uint8_t packed[128], restored[128];

    size_t packed_size = rle_encode((const uint8_t *)line, size, packed);
    long restored_size = rle_decode(packed, packed_size, restored, sizeof restored);
    int same = restored_size == (long)size && memcmp(line, restored, size) == 0;
    printf("%zu bytes became %zu, %s\n", size, packed_size, same ? "restored" : "BROKEN");
    return same ? 0 : 1;
}
