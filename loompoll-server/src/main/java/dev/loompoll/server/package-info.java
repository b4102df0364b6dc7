/**
 * A {@link dev.loompoll.server.Server} is a handler, a codec, a model and limits. The handler does
 * not know the model; the limits do not know the handler.
 */
package dev.loompoll.server;
