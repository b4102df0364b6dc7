package dev.loompoll.server;

import java.util.Map;

/**
 * A moment's view; the parts are not from exactly the same moment.
 *
 * @param accepted connections since the start, those refused not among them
 * @param open connections now
 * @param requests whose handling has begun
 * @param answered whose handling has ended without an exception
 * @param failed whose handler threw
 * @param degraded shed requests that the degraded handler answered
 * @param inFlight requests being handled now
 * @param queued requests that wait now
 * @param limit how many requests may be handled at once now
 * @param refused how often, for each reason
 */
public record ServerStats(
    long accepted,
    int open,
    long requests,
    long answered,
    long failed,
    long degraded,
    int inFlight,
    int queued,
    int limit,
    Map<Refused, Long> refused) {}
