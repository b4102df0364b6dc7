// The physical limit without readiness: a C loop over io_uring at the same work. Prints "listening
// on ADDRESS". One thread a processor, each with a ring of its own; connections go round.
//
//   uring_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]
//
// with-parent: as epoll_echo.c has it. Needs Linux 6.1: multishot accept and receive, a ring of
// provided buffers, work deferred to the thread that waits.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  SQ_ENTRIES = 4096,
  CQ_ENTRIES = 16384,
  BUFFERS = 1024, // of a ring; a power of two
  QUEUED = 4,     // buffers of one connection that wait to be sent, at which its receive is stopped
};

// What a completion is about: the low bits of its user_data. The others are the connection.
enum { NOTHING, RECEIVED, SENT, ACCEPTED, HANDED, KIND = 7 };

// A connection has at most one send under way, that of its first buffer: so bytes stay in order, and
// a short send goes on where it ended. It is freed when nothing of it is under way.
struct conn {
  int fd;
  int first, last, count; // buffers to be sent, linked by their numbers
  uint32_t gone;          // bytes of the first that are sent
  uint8_t receiving, cancelled, done;
  struct conn *next; // among those that found no buffer
};

struct ring {
  int fd;
  unsigned *sq_head, *sq_tail, sq_mask, sq_entries, tail, submitted;
  unsigned *cq_head, *cq_tail, cq_mask;
  struct io_uring_sqe *sqes;
  struct io_uring_cqe *cqes;
  struct io_uring_buf_ring *free;
  uint16_t free_tail;
  int held; // buffers that are not the kernel's
  int next[BUFFERS];
  uint32_t length[BUFFERS];
  char *memory;
  struct conn *starved;
};

static uint32_t buffer_size;
static int listener, threads;
static struct ring *rings;
static pthread_barrier_t all_up;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void enter(struct ring *r, unsigned wait) {
  __atomic_store_n(r->sq_tail, r->tail, __ATOMIC_RELEASE);
  long n = syscall(__NR_io_uring_enter, r->fd, r->tail - r->submitted, wait, IORING_ENTER_GETEVENTS, NULL, 0);
  if (n >= 0) {
    r->submitted += (unsigned)n;
  } else if (errno != EINTR && errno != EAGAIN && errno != EBUSY) {
    die("io_uring_enter");
  }
}

static struct io_uring_sqe *operation(struct ring *r, int code, int fd, struct conn *c, unsigned kind) {
  while (r->tail - __atomic_load_n(r->sq_head, __ATOMIC_ACQUIRE) == r->sq_entries) enter(r, 0);
  struct io_uring_sqe *sqe = &r->sqes[r->tail++ & r->sq_mask];
  memset(sqe, 0, sizeof *sqe);
  sqe->opcode = (uint8_t)code;
  sqe->fd = fd;
  sqe->user_data = (uintptr_t)c | kind;
  return sqe;
}

static void receive(struct ring *r, struct conn *c) {
  struct io_uring_sqe *sqe = operation(r, IORING_OP_RECV, c->fd, c, RECEIVED);
  sqe->ioprio = IORING_RECV_MULTISHOT;
  sqe->flags = IOSQE_BUFFER_SELECT;
  c->receiving = 1;
  c->cancelled = 0;
}

static void cancel(struct ring *r, struct conn *c) {
  if (!c->receiving || c->cancelled) return;
  struct io_uring_sqe *sqe = operation(r, IORING_OP_ASYNC_CANCEL, -1, NULL, NOTHING);
  sqe->addr = (uintptr_t)c | RECEIVED;
  c->cancelled = 1;
}

static void send_first(struct ring *r, struct conn *c) {
  struct io_uring_sqe *sqe = operation(r, IORING_OP_SEND, c->fd, c, SENT);
  sqe->addr = (uintptr_t)(r->memory + (size_t)c->first * buffer_size + c->gone);
  sqe->len = r->length[c->first] - c->gone;
  sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
}

static void to_kernel(struct ring *r, int buffer) {
  struct io_uring_buf *slot = &r->free->bufs[r->free_tail & (BUFFERS - 1)];
  slot->addr = (uintptr_t)(r->memory + (size_t)buffer * buffer_size);
  slot->len = buffer_size;
  slot->bid = (uint16_t)buffer;
  __atomic_store_n(&r->free->tail, ++r->free_tail, __ATOMIC_RELEASE);
}

// It may be what another connection waits for. (While peers that do not read hold all buffers, the
// others wait: the price of one pool.)
static void give_back(struct ring *r, int buffer) {
  to_kernel(r, buffer);
  r->held--;
  struct conn *c = r->starved;
  if (c) {
    r->starved = c->next;
    receive(r, c);
  }
}

static void open_conn(struct ring *r, int fd) {
  struct conn *c = calloc(1, sizeof *c);
  if (!c) die("calloc");
  c->fd = fd;
  receive(r, c);
}

// When all that came has been sent: the end, or more.
static void go_on(struct ring *r, struct conn *c) {
  if (c->count > 0 || c->receiving) return;
  if (c->done) {
    operation(r, IORING_OP_CLOSE, c->fd, NULL, NOTHING);
    free(c);
  } else {
    receive(r, c);
  }
}

static void received(struct ring *r, struct conn *c, int result, unsigned flags) {
  if (!(flags & IORING_CQE_F_MORE)) c->receiving = 0;
  if (flags & IORING_CQE_F_BUFFER) {
    int buffer = (int)(flags >> IORING_CQE_BUFFER_SHIFT);
    r->held++;
    if (result <= 0 || c->done) {
      give_back(r, buffer);
    } else {
      r->length[buffer] = (uint32_t)result;
      if (c->count++ == 0) {
        c->first = buffer;
        send_first(r, c);
      } else {
        r->next[c->last] = buffer;
      }
      c->last = buffer;
      if (c->count >= QUEUED) cancel(r, c);
    }
  }
  if (result == -ENOBUFS && c->count == 0 && r->held == BUFFERS) {
    c->next = r->starved;
    r->starved = c;
    return;
  }
  int again = result == -ENOBUFS || result == -ECANCELED || result == -EINTR || result == -EAGAIN;
  if (result <= 0 && !again) c->done = 1;
  go_on(r, c);
}

static void pop(struct ring *r, struct conn *c) {
  int buffer = c->first;
  c->first = r->next[buffer];
  c->count--;
  c->gone = 0;
  give_back(r, buffer);
}

static void sent(struct ring *r, struct conn *c, int result) {
  if (result >= 0) {
    c->gone += (uint32_t)result;
    if (c->gone == r->length[c->first]) pop(r, c);
  } else if (result != -EINTR && result != -EAGAIN) {
    c->done = 1; // nobody there to read it
    while (c->count > 0) pop(r, c);
    cancel(r, c);
  }
  if (c->count > 0) send_first(r, c);
  go_on(r, c);
}

static void accept_more(struct ring *r) {
  struct io_uring_sqe *sqe = operation(r, IORING_OP_ACCEPT, listener, NULL, ACCEPTED);
  sqe->ioprio = IORING_ACCEPT_MULTISHOT;
  sqe->accept_flags = SOCK_CLOEXEC;
}

// The first ring accepts, whose turn it is serves.
static void accepted(struct ring *r, int result, unsigned flags) {
  static unsigned turn;
  static int told;
  if (result >= 0) {
    struct ring *whose = &rings[turn++ % (unsigned)threads];
    if (whose == r) {
      open_conn(r, result);
    } else {
      struct io_uring_sqe *sqe = operation(r, IORING_OP_MSG_RING, whose->fd, NULL, NOTHING);
      sqe->len = (uint32_t)result;
      sqe->off = HANDED;
    }
  } else if (!told++) {
    fprintf(stderr, "accept: %s\n", strerror(-result));
  }
  if (!(flags & IORING_CQE_F_MORE)) accept_more(r);
}

static void completed(struct ring *r, const struct io_uring_cqe *cqe) {
  struct conn *c = (struct conn *)(uintptr_t)(cqe->user_data & ~(uint64_t)KIND);
  switch (cqe->user_data & KIND) {
    case RECEIVED:
      received(r, c, cqe->res, cqe->flags);
      break;
    case SENT:
      sent(r, c, cqe->res);
      break;
    case ACCEPTED:
      accepted(r, cqe->res, cqe->flags);
      break;
    case HANDED:
      open_conn(r, cqe->res);
      break;
  }
}

static void *map(size_t size, int fd, off_t offset) {
  int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
  void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);
  if (p == MAP_FAILED) die("mmap");
  return p;
}

static void set_up(struct ring *r) {
  struct io_uring_params p = {.cq_entries = CQ_ENTRIES};
  p.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  r->fd = (int)syscall(__NR_io_uring_setup, SQ_ENTRIES, &p);
  if (r->fd < 0) die("io_uring_setup");
  size_t sq_size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  size_t cq_size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  char *both = map(sq_size > cq_size ? sq_size : cq_size, r->fd, IORING_OFF_SQ_RING);
  r->sq_head = (unsigned *)(both + p.sq_off.head);
  r->sq_tail = (unsigned *)(both + p.sq_off.tail);
  r->sq_entries = p.sq_entries;
  r->sq_mask = p.sq_entries - 1;
  r->cq_head = (unsigned *)(both + p.cq_off.head);
  r->cq_tail = (unsigned *)(both + p.cq_off.tail);
  r->cq_mask = p.cq_entries - 1;
  r->cqes = (struct io_uring_cqe *)(both + p.cq_off.cqes);
  r->sqes = map(p.sq_entries * sizeof(struct io_uring_sqe), r->fd, IORING_OFF_SQES);
  unsigned *array = (unsigned *)(both + p.sq_off.array);
  for (unsigned i = 0; i < p.sq_entries; i++) array[i] = i;

  r->memory = map((size_t)BUFFERS * buffer_size, -1, 0);
  r->free = map(BUFFERS * sizeof(struct io_uring_buf), -1, 0);
  struct io_uring_buf_reg reg = {.ring_addr = (uintptr_t)r->free, .ring_entries = BUFFERS};
  if (syscall(__NR_io_uring_register, r->fd, IORING_REGISTER_PBUF_RING, &reg, 1) < 0) {
    die("IORING_REGISTER_PBUF_RING");
  }
  for (int i = 0; i < BUFFERS; i++) to_kernel(r, i);
}

static void *loop(void *arg) {
  struct ring *r = arg;
  set_up(r); // by the thread that is to be its only issuer
  if (r == rings) accept_more(r);
  pthread_barrier_wait(&all_up);
  for (;;) {
    enter(r, 1);
    unsigned head = *r->cq_head;
    unsigned tail = __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE);
    while (head != tail) {
      completed(r, &r->cqes[head & r->cq_mask]);
      __atomic_store_n(r->cq_head, ++head, __ATOMIC_RELEASE);
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: uring_echo ADDRESS PORT THREADS BACKLOG BUFFER [with-parent]\n");
    return 2;
  }
  threads = atoi(argv[3]);
  buffer_size = (uint32_t)atol(argv[5]);
  rings = calloc((size_t)threads, sizeof *rings);
  if (!rings) die("calloc");

  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // who is accepted inherits it
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  socklen_t length = sizeof address;
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, length) < 0) die("bind");
  if (listen(listener, atoi(argv[4])) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);

  pthread_barrier_init(&all_up, NULL, (unsigned)threads + 1);
  for (int i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, loop, &rings[i]) != 0) die("pthread_create");
  }
  pthread_barrier_wait(&all_up);
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
