// The physical limit: what a C loop over epoll does with the same work. Prints "listening on
// ADDRESS". One thread a processor, each with an epoll of its own; connections go round.
//
//   epoll_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]
//
// with-parent: end when stdin ends, so that no server survives the bench.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 128 };

static size_t buffer_size;

static void die(const char *what) {
  perror(what);
  exit(1);
}

// A reply that does not fit waits for room: the peers of a benchmark read what they are sent.
static int send_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
    if (sent > 0) {
      p += sent;
      n -= (size_t)sent;
    } else if (errno == EAGAIN) {
      struct pollfd room = {.fd = fd, .events = POLLOUT};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return 0;
}

// Edge-triggered: registered once, and nothing stays on the ready list. A read that is shorter than
// the buffer has emptied the socket; a peer that is done is told apart by EPOLLRDHUP.
static void serve(int fd, unsigned flags, char *buffer) {
  ssize_t got;
  do {
    got = recv(fd, buffer, buffer_size, 0);
    if (got > 0 ? send_all(fd, buffer, (size_t)got) < 0
                : got == 0 || (errno != EAGAIN && errno != EINTR)) {
      close(fd);
      return;
    }
  } while (got == (ssize_t)buffer_size || (flags & EPOLLRDHUP));
}

static void *loop(void *arg) {
  int epfd = (int)(long)arg;
  char *buffer = malloc(buffer_size);
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epfd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) serve(events[i].data.fd, events[i].events, buffer);
  }
  return NULL;
}

static void accept_one(int listener, int epfd) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    perror("accept");
    return;
  }
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: epoll_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]\n");
    return 2;
  }
  int threads = atoi(argv[3]);
  buffer_size = (size_t)atol(argv[5]);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  socklen_t length = sizeof address;
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, length) < 0) die("bind");
  if (listen(listener, atoi(argv[4])) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);

  int *epolls = malloc(sizeof(int) * (size_t)threads);
  for (int i = 0; i < threads; i++) {
    pthread_t thread;
    epolls[i] = epoll_create1(EPOLL_CLOEXEC);
    if (pthread_create(&thread, NULL, loop, (void *)(long)epolls[i]) != 0) die("pthread_create");
  }
  printf("listening on %s:%d\n", argv[1], ntohs(address.sin_port));
  fflush(stdout);

  struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  for (unsigned next = 0;;) {
    if (poll(fds, argc > 6 ? 2 : 1, -1) < 0) continue;
    if (fds[0].revents) accept_one(listener, epolls[next++ % (unsigned)threads]);
    char ignored[64];
    if (argc > 6 && fds[1].revents && read(0, ignored, sizeof ignored) <= 0) return 0;
  }
}
