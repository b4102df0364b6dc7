/**
 * The classic I/O models as echo servers on bare system calls, one file a model, to read and to
 * compare with {@code dev.loompoll.server}'s.
 *
 * <p>Wants {@code --enable-native-access=dev.loompoll.core,dev.loompoll.gallery}.
 */
@org.jspecify.annotations.NullMarked
module dev.loompoll.gallery {
  requires dev.loompoll.core;
  requires static transitive org.jspecify;

  exports dev.loompoll.gallery;
}
