package org.tribuo.distill.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.internal.Engines;

/**
 * What the child JVM does: one damaged input after the other, telling on standard output which one
 * it begins and how it ended, so that whoever reads it knows at which one the JVM was ended.
 */
final class DamageRun {
  static final long MAX_MILLIS = 10_000;

  private static volatile long started;
  private static volatile boolean running;

  private DamageRun() {}

  /** Which damage: of this seed, and of this number, whatever came before. */
  static SplittableRandom random(long seed, InputKind kind, int number) {
    return new SplittableRandom(seed * 1_000_003 + kind.ordinal() * 1_000_033L + number);
  }

  /**
   * @param arguments seed, folder, and then for each kind its name, the first number and the one
   *     after the last
   */
  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[0]);
    Path folder = Path.of(arguments[1]);
    // What loading native code takes is not the first input's.
    Engines.training();
    watch();
    for (int i = 2; i < arguments.length; i += 3) {
      InputKind kind = InputKind.valueOf(arguments[i]);
      for (int n = Integer.parseInt(arguments[i + 1]);
          n < Integer.parseInt(arguments[i + 2]);
          n++) {
        System.out.println("begin " + kind + " " + n);
        System.out.println("end " + verdict(kind, seed, n, emptied(folder.resolve("in"))));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static Verdict verdict(InputKind kind, long seed, int number, Path folder)
      throws IOException {
    DamagedInput input = kind.input();
    input.write(folder, random(seed, kind, number));
    started = System.nanoTime();
    running = true;
    try {
      input.use(folder);
      return Verdict.ACCEPTED;
    } catch (Throwable e) {
      return Verdict.of(e, input.names(folder));
    } finally {
      running = false;
    }
  }

  /** A damaged input that takes too long ends the JVM, and says where it was. */
  private static void watch() {
    Thread main = Thread.currentThread();
    Thread watcher =
        new Thread(
            () -> {
              while (true) {
                try {
                  Thread.sleep(100);
                } catch (InterruptedException e) {
                  return;
                }
                if (running && System.nanoTime() - started > MAX_MILLIS * 1_000_000) {
                  System.out.println("hang " + java.util.Arrays.toString(main.getStackTrace()));
                  Runtime.getRuntime().halt(3);
                }
              }
            });
    watcher.setDaemon(true);
    watcher.start();
  }

  private static Path emptied(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        files.forEach(
            file -> {
              try {
                Files.delete(file);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
    }
    return Files.createDirectories(folder);
  }
}
