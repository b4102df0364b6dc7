package dev.loompoll.server.internal.gate;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list through the entries themselves: nothing is allocated. An entry is in one
 * list at most. Guarded by the gate's lock, except for one that was taken out of its reach.
 */
final class EntryQueue {
  private Gate.@Nullable Entry head;
  private Gate.@Nullable Entry tail;

  /** The one that was added first. */
  Gate.@Nullable Entry oldest() {
    return head;
  }

  void add(Gate.Entry entry) {
    Gate.Entry last = tail;
    entry.previous = last;
    tail = entry;
    if (last == null) {
      head = entry;
    } else {
      last.next = entry;
    }
  }

  Gate.@Nullable Entry pollOldest() {
    Gate.Entry first = head;
    if (first != null) {
      Gate.Entry second = first.next;
      head = second;
      if (second == null) {
        tail = null;
      } else {
        second.previous = null;
      }
      first.next = null;
    }
    return first;
  }

  Gate.@Nullable Entry pollNewest() {
    Gate.Entry last = tail;
    if (last != null) {
      Gate.Entry before = last.previous;
      tail = before;
      if (before == null) {
        head = null;
      } else {
        before.next = null;
      }
      last.previous = null;
    }
    return last;
  }

  /** Takes all out: the oldest, from which the others hang by {@code next}. */
  Gate.@Nullable Entry takeAll() {
    Gate.Entry first = head;
    head = null;
    tail = null;
    return first;
  }
}
