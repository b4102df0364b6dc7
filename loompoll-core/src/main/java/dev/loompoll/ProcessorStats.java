package dev.loompoll;

/**
 * One P's share of {@link Stats}: a moment's values. A P's connections stay with its poller, their
 * goroutines run where they find a P; so connections, timers and waiters can be of one P and most
 * runs of another.
 *
 * @param id 0 to {@link Stats#procs} - 1
 * @param queueLength goroutines that wait for this P
 * @param runs how often it ran a goroutine
 * @param steals how often it took work from another
 * @param polls how often it looked at the network, its own or another P's
 * @param events what it found, timers included
 * @param connections open descriptors of its poller, listeners included
 * @param waiters threads that wait for one of them
 * @param timers armed deadlines of them
 */
public record ProcessorStats(
    int id,
    int queueLength,
    long runs,
    long steals,
    long polls,
    long events,
    int connections,
    int waiters,
    int timers) {}
