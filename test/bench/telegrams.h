/*
 * What both harnesses share: telegrams from a file, each after its length (4 bytes, the lowest
 * first), read again and again for so many milliseconds. What is said in the end: how many, in how
 * many nanoseconds of wall time and of CPU time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST 65536

struct telegram {
  unsigned char *bytes;
  size_t length;
};

/* Takes one telegram; anything but 0 is a telegram that was not read. */
typedef int (*reader)(unsigned char *bytes, size_t length);

static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int measure(const char *name, int milliseconds, reader read) {
  static struct telegram telegrams[MOST];
  size_t count = 0;
  unsigned char head[4];
  FILE *file = fopen(name, "rb");
  if (file == NULL) return 2;
  while (count < MOST && fread(head, 1, 4, file) == 4) {
    size_t length = head[0] | head[1] << 8 | head[2] << 16;
    unsigned char *bytes = malloc(length);
    if (bytes == NULL || fread(bytes, 1, length, file) != length) return 2;
    telegrams[count++] = (struct telegram){ bytes, length };
  }
  fclose(file);
  if (count == 0) return 2;
  int64_t cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  int64_t from = nanoseconds(CLOCK_MONOTONIC);
  int64_t elapsed = 0;
  long done = 0;
  while (elapsed < milliseconds * INT64_C(1000000)) {
    for (size_t i = 0; i < count; i++) {
      if (read(telegrams[i].bytes, telegrams[i].length) != 0) {
        fprintf(stderr, "Telegram %zu was not read\n", i);
        return 1;
      }
    }
    done += (long)count;
    elapsed = nanoseconds(CLOCK_MONOTONIC) - from;
  }
  cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  printf("%ld %lld %lld\n", done, (long long)elapsed, (long long)cpu);
  return 0;
}
