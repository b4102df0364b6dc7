package dev.loompoll.server.internal;

import dev.loompoll.server.Codec;
import dev.loompoll.server.ConnHandler;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limits;
import dev.loompoll.server.internal.admission.Admission;
import dev.loompoll.server.internal.gate.Gate;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server does, and the parts that its model shares with all others.
 *
 * @param codec null if {@code connHandler} is not
 * @param handlers a handler for each connection; null if {@code connHandler} is not
 * @param connHandler null if {@code handlers} is not
 * @param degraded answers requests that are shed; null closes their connections
 * @param refusal what a connection beyond the limit is sent before it is closed; null is nothing.
 *     To be duplicated before it is used
 * @param admission which connections are let in
 * @param gate which requests are let in
 * @param failures told what a connection died of, when that was not the client's doing
 */
public record Service<Q, R>(
    @Nullable Codec<Q, R> codec,
    @Nullable Supplier<Handler<Q, R>> handlers,
    @Nullable ConnHandler connHandler,
    @Nullable Handler<Q, R> degraded,
    @Nullable ByteBuffer refusal,
    Limits limits,
    Admission admission,
    Gate gate,
    Connections connections,
    Tally tally,
    Consumer<Throwable> failures) {}
