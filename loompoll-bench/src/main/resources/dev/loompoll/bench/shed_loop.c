// The physical limit of refusing: a loop over epoll on one thread, a short queue, and an answer that
// says no for whatever does not fit. No threads to switch between, no other protection. Prints
// "listening on ADDRESS"; answers "stats" on stdin by a line, and ends when stdin does. Frames as
// dev.loompoll.bench.overload.Protocol has them; handlers that compute only.
//
//   shed_loop ADDRESS PORT BACKLOG MAX_FRAME
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 128, QUEUE = 16, PIECE = 1000, TRY = 5000, TRIES = 60, MOST_FILES = 1 << 20 };
enum { REQUEST = 12, ANSWER = 9, SERVED = 0, REFUSED = 1, MICROS = (1 << 24) - 1 };

struct input {
  size_t have;
  unsigned char bytes[];
};

struct task {
  int fd;
  unsigned char id[8];
  uint32_t micros;
};

static struct input **inputs; // by descriptor
static int files, epfd, listener;
static size_t room;
static struct task queue[QUEUE];
static unsigned queued, first;
static long accepted, requests, answered, refused;
static double pieces_a_micro = 1;
static volatile uint64_t sink;

static void die(const char *what) {
  perror(what);
  exit(1);
}

// As much work as takes so long on an idle processor.
static void burn(uint32_t micros) {
  long pieces = (long)(micros * pieces_a_micro + 0.5);
  uint64_t x = micros;
  for (long i = 0; i < pieces; i++) {
    for (int k = 0; k < PIECE; k++) x = x * 6364136223846793005u + 1442695040888963407u;
  }
  sink = x;
}

static void calibrate(void) {
  double best = 1e18;
  for (int i = 0; i < TRIES; i++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    burn(TRY);
    clock_gettime(CLOCK_MONOTONIC, &to);
    double took = (to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3;
    if (took < best) best = took;
  }
  pieces_a_micro = TRY / best;
}

static void end(int fd) {
  free(inputs[fd]);
  inputs[fd] = NULL;
  for (unsigned i = 0; i < queued; i++) { // or its answer would go to the next with this number
    struct task *task = &queue[(first + i) % QUEUE];
    if (task->fd == fd) task->fd = -1;
  }
  close(fd);
}

// An answer for which there is no room ends the connection.
static void answer(int fd, const unsigned char *id, unsigned char status) {
  unsigned char frame[4 + ANSWER] = {0, 0, 0, ANSWER};
  memcpy(frame + 4, id, 8);
  frame[12] = status;
  if (send(fd, frame, sizeof frame, MSG_NOSIGNAL) < (ssize_t)sizeof frame) end(fd);
}

static uint32_t number(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void take(int fd, const unsigned char *frame) {
  requests++;
  if (queued == QUEUE) {
    refused++;
    answer(fd, frame + 4, REFUSED);
    return;
  }
  struct task *task = &queue[(first + queued++) % QUEUE];
  task->fd = fd;
  memcpy(task->id, frame + 4, 8);
  task->micros = number(frame + 12) & MICROS;
}

static void receive(int fd) {
  for (;;) {
    struct input *in = inputs[fd];
    ssize_t got = recv(fd, in->bytes + in->have, room - in->have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      end(fd);
      return;
    }
    int full = (size_t)got == room - in->have;
    in->have += (size_t)got;
    size_t at = 0;
    while (in->have - at >= 4) {
      size_t length = number(in->bytes + at);
      if (length < REQUEST || length > room - 4) {
        end(fd);
        return;
      }
      if (in->have - at < 4 + length) break;
      take(fd, in->bytes + at);
      if (inputs[fd] != in) return; // it was ended
      at += 4 + length;
    }
    memmove(in->bytes, in->bytes + at, in->have - at);
    in->have -= at;
    if (!full) return; // a read shorter than its room has emptied the socket
  }
}

static void accept_all(void) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    accepted++;
    struct input *in = fd < files ? malloc(sizeof *in + room) : NULL;
    if (!in) {
      close(fd);
      continue;
    }
    in->have = 0;
    inputs[fd] = in;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  }
}

static void obey(void) {
  char line[64];
  ssize_t n = read(STDIN_FILENO, line, sizeof line);
  if (n <= 0) exit(0);
  if (n >= 5 && memcmp(line, "stats", 5) == 0) {
    printf("stats {\"accepted\":%ld,\"requests\":%ld,\"answered\":%ld,\"degraded\":%ld}\n", accepted,
           requests, answered, refused);
    fflush(stdout);
  }
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: shed_loop ADDRESS PORT BACKLOG MAX_FRAME\n");
    return 2;
  }
  calibrate();
  room = 4 + (size_t)atol(argv[4]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  files = limit.rlim_cur < MOST_FILES ? (int)limit.rlim_cur : MOST_FILES;
  inputs = calloc((size_t)files, sizeof *inputs);
  if (!inputs) die("calloc");
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int on = 1;
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // who is accepted inherits it
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  socklen_t length = sizeof address;
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, length) < 0) die("bind");
  if (listen(listener, atoi(argv[3])) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  watch(listener);
  watch(STDIN_FILENO);
  printf("listening on %s:%d\n", argv[1], ntohs(address.sin_port));
  fflush(stdout);

  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epfd, events, EVENTS, queued ? 0 : -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all();
      } else if (fd == STDIN_FILENO) {
        obey();
      } else if (inputs[fd]) {
        receive(fd);
      }
    }
    if (n < EVENTS && queued) {
      struct task task = queue[first];
      first = (first + 1) % QUEUE;
      queued--;
      if (task.fd >= 0) {
        burn(task.micros);
        answered++;
        answer(task.fd, task.id, SERVED);
      }
    }
  }
}
