package dev.loompoll.bench.load;

/**
 * What a slice is to do.
 *
 * @param millis how long; with {@code count} the longest
 * @param count echoes on each connection; 0 is as many as fit in the time
 * @param thinkMicros pause of a connection between a reply and its next message
 * @param flooders how many of the connections send without waiting for replies
 * @param drainMillis how long replies are awaited after the end, at most
 * @param sleeps whether it leaves its CPU to others while there is nothing to do
 */
record Load(
    long millis, int count, long thinkMicros, int flooders, long drainMillis, boolean sleeps) {}
