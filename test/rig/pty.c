/*
 * A serial line without hardware: opens a pseudo-terminal, prints the path of its far end, and
 * carries bytes between it and our own standard input and output. Ends with standard input.
 *
 * While nobody has the far end open, bytes for it are lost, as on a cable; while somebody has,
 * they wait until they are read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

int main(void) {
  int near = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (near < 0 || grantpt(near) != 0 || unlockpt(near) != 0) {
    perror("Cannot open a pseudo-terminal");
    return 1;
  }
  const char *path = ptsname(near);
  int far = open(path, O_RDWR | O_NOCTTY);
  struct termios raw;
  if (far < 0 || tcgetattr(far, &raw) != 0) {
    perror("Cannot open the far end");
    return 1;
  }
  cfmakeraw(&raw);
  tcsetattr(far, TCSANOW, &raw);
  /* From now on the near end reports a hang-up whenever nobody has the far end open. */
  close(far);
  printf("%s\n", path);
  fflush(stdout);

  char waiting[4096], back[4096];
  ssize_t count = 0, done = 0;
  for (;;) {
    struct pollfd line = {.fd = near, .events = POLLIN | (done < count ? POLLOUT : 0)};
    poll(&line, 1, 0);
    int listening = !(line.revents & POLLHUP);
    if (!listening) done = count = 0;

    struct pollfd ends[2] = {{.fd = done < count ? -1 : 0, .events = POLLIN},
                             {.fd = listening ? near : -1, .events = line.events}};
    if (poll(ends, 2, listening ? -1 : 5) < 0) return 1;
    if (ends[1].revents & POLLIN) {
      ssize_t got = read(near, back, sizeof back);
      for (ssize_t sent = 0; sent < got;) {
        ssize_t wrote = write(1, back + sent, got - sent);
        if (wrote <= 0) return 0;
        sent += wrote;
      }
    }
    if (ends[1].revents & POLLOUT) {
      ssize_t wrote = write(near, waiting + done, count - done);
      if (wrote > 0) done += wrote;
    }
    if (ends[0].revents) {
      done = 0;
      count = read(0, waiting, sizeof waiting);
      if (count <= 0) return 0;
    }
  }
}
