// The physical limit: what a C loop over epoll does with the same work. Prints "listening on
// ADDRESS". One thread a processor, each with an epoll of its own; connections go round.
//
//   epoll_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]
//
// with-parent: say "collected" to each line of stdin, as one who has no garbage, and end when it
// ends, so that no server survives the bench.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 128, ACCEPTS = 64, MOST_FILES = 1 << 20 };

// The part of a reply for which the socket had no room. As long as there is one, nothing is read.
struct rest {
  size_t from, to;
  char bytes[];
};

static size_t buffer_size;
static int listener, threads, *epolls;
static struct rest **rests; // by descriptor; only its thread looks there
static int files;           // how many fit in there
static atomic_uint accepted;

static void die(const char *what) {
  perror(what);
  exit(1);
}

// How much went; less than n if there is no room for more now, -1 if there is nobody to read it.
static ssize_t send_some(int fd, const char *p, size_t n) {
  size_t gone = 0;
  while (gone < n) {
    ssize_t sent = send(fd, p + gone, n - gone, MSG_NOSIGNAL);
    if (sent > 0) {
      gone += (size_t)sent;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return (ssize_t)gone;
}

static void end(int fd) {
  free(rests[fd]);
  rests[fd] = NULL; // before the number is somebody else's
  close(fd);
}

static void keep(int fd, const char *p, size_t n) {
  struct rest *rest = malloc(sizeof *rest + n);
  if (!rest) die("malloc");
  rest->from = 0;
  rest->to = n;
  memcpy(rest->bytes, p, n);
  rests[fd] = rest;
}

// Whether nothing is left of it, and the connection still there.
static int flush_rest(int fd) {
  struct rest *rest = rests[fd];
  ssize_t sent = send_some(fd, rest->bytes + rest->from, rest->to - rest->from);
  if (sent < 0) {
    end(fd);
    return 0;
  }
  rest->from += (size_t)sent;
  if (rest->from < rest->to) return 0;
  free(rest);
  rests[fd] = NULL;
  return 1;
}

// Edge-triggered: registered once, and nothing stays on the ready list. A read that is shorter than
// the buffer has emptied the socket; a peer that is done is told apart by EPOLLRDHUP.
static void serve(int fd, unsigned flags, char *buffer) {
  int to_the_end = (flags & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (rests[fd]) {
    if (!flush_rest(fd)) return;
    to_the_end = 1; // its edge may have passed meanwhile
  } else if (flags == EPOLLOUT) {
    return; // the first edge of all
  }
  ssize_t got;
  do {
    got = recv(fd, buffer, buffer_size, 0);
    if (got > 0) {
      ssize_t sent = send_some(fd, buffer, (size_t)got);
      if (sent < 0) {
        end(fd);
        return;
      }
      if (sent < got) {
        keep(fd, buffer + sent, (size_t)(got - sent));
        return;
      }
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else if (got == 0 || errno != EINTR) {
      end(fd);
      return;
    }
  } while (got < 0 || got == (ssize_t)buffer_size || to_the_end);
}

// Whoever is awake accepts; whose turn it is serves.
static void accept_some(void) {
  for (int i = 0; i < ACCEPTS; i++) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      static atomic_flag told = ATOMIC_FLAG_INIT;
      if (errno != EAGAIN && !atomic_flag_test_and_set(&told)) perror("accept");
      return;
    }
    if (fd >= files) {
      close(fd);
      continue;
    }
    int epfd = epolls[atomic_fetch_add_explicit(&accepted, 1, memory_order_relaxed) % (unsigned)threads];
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  }
}

static void *loop(void *arg) {
  int epfd = (int)(long)arg;
  char *buffer = malloc(buffer_size);
  if (!buffer) die("malloc");
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epfd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) {
        accept_some();
      } else {
        serve(events[i].data.fd, events[i].events, buffer);
      }
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: epoll_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]\n");
    return 2;
  }
  threads = atoi(argv[3]);
  buffer_size = (size_t)atol(argv[5]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  files = limit.rlim_cur < MOST_FILES ? (int)limit.rlim_cur : MOST_FILES;
  rests = calloc((size_t)files, sizeof *rests);
  epolls = calloc((size_t)threads, sizeof *epolls);
  if (!rests || !epolls) die("calloc");

  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // who is accepted inherits it
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  socklen_t length = sizeof address;
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, length) < 0) die("bind");
  if (listen(listener, atoi(argv[4])) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);

  for (int i = 0; i < threads; i++) {
    epolls[i] = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = listener};
    if (epoll_ctl(epolls[i], EPOLL_CTL_ADD, listener, &event) < 0) die("epoll_ctl");
  }
  for (int i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, loop, (void *)(long)epolls[i]) != 0) die("pthread_create");
  }
  printf("listening on %s:%d\n", argv[1], ntohs(address.sin_port));
  fflush(stdout);

  char line[64];
  while (argc > 6 && fgets(line, sizeof line, stdin)) {
    puts("collected");
    fflush(stdout);
  }
  while (argc <= 6) pause();
  return 0;
}
