package org.tribuo.distill.teacher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A file system for MVStore on which a file can only grow so far: {@code small:/path}. */
public final class SmallDisk extends FilePathWrapper {
  static final String SCHEME = "small";
  private static final long CAPACITY_BYTES = 1_500_000;

  static void register() {
    FilePath.register(new SmallDisk());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new File(super.open(mode));
  }

  private static final class File extends FileBaseDefault {
    private final FileChannel channel;

    File(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
      if (position + source.remaining() > CAPACITY_BYTES) {
        int fitting = (int) Math.max(0, CAPACITY_BYTES - position);
        channel.write(source.slice(source.position(), fitting), position);
        throw new IOException("No space left on device");
      }
      return channel.write(source, position);
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void force(boolean metaData) throws IOException {
      channel.force(metaData);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return channel.tryLock(position, size, shared);
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      channel.close();
    }
  }
}
