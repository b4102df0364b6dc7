package dev.loompoll;

import java.util.List;

/**
 * Counters since the start of the process, read one after another: a moment's values, not a
 * consistent picture. The scheduler's are zero when the JDK's scheduler runs.
 *
 * @param procs how many goroutines may run at once; 0 on the JDK's scheduler
 * @param goroutinesStarted by {@link Loompoll#go} and the factories
 * @param goroutines started and not yet ended
 * @param connections open descriptors, listeners included
 * @param accepts connections accepted
 * @param acceptBackoffs waits of {@code accept} for descriptors or memory
 * @param dials connections dialled
 * @param closes connections closed on this side
 * @param runs how often a goroutine was run
 * @param polls how often a P looked at the network
 * @param pollEvents what it found, timers included
 * @param steals how often a P took work from another
 * @param wakeups how often an idle P was woken for work
 * @param sysmonPolls how often the watcher polled for a P that was stuck
 * @param machines threads that run goroutines, or wait to
 * @param machineRefusals how often one more such thread was wanted and there was none to be had,
 *     {@code loompoll.maxMachines} being reached, or the system's limit on threads; and how many
 *     new goroutines had to wait because there were hardly any left
 * @param handOffs how often a P was taken from a thread whose task did not end, or that was about
 *     to block, and given to another
 * @param demotions how many of those threads got a lower priority because they computed
 * @param timers armed deadlines
 * @param queued goroutines that became runnable outside, and wait for any P
 * @param waiters threads, goroutines nearly always, that wait for a descriptor
 * @param processors each P's share; empty on the JDK's scheduler
 */
public record Stats(
    int procs,
    long goroutinesStarted,
    long goroutines,
    int connections,
    long accepts,
    long acceptBackoffs,
    long dials,
    long closes,
    long runs,
    long polls,
    long pollEvents,
    long steals,
    long wakeups,
    long sysmonPolls,
    int machines,
    long machineRefusals,
    long handOffs,
    long demotions,
    int timers,
    int queued,
    int waiters,
    List<ProcessorStats> processors) {}
