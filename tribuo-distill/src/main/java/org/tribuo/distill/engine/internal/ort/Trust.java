package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who can have written what code is loaded from: this user and the administrator alone. On file
 * systems without owners and modes, as those of Windows, nothing is checked.
 */
final class Trust {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private static final int ADMINISTRATOR = 0;

  private Trust() {}

  /** Takes the right to write a file or folder of this user from all others. */
  static void establish(Path path) throws IOException {
    PosixFileAttributeView view = view(path);
    if (view != null) {
      Set<PosixFilePermission> permissions = EnumSet.copyOf(view.readAttributes().permissions());
      if (permissions.removeAll(OTHERS)) {
        view.setPermissions(permissions);
      }
    }
  }

  /**
   * Checks that only this user and the administrator can have written a file or folder.
   *
   * @throws FileSystemException if it belongs to another user, or others may write it
   */
  static void check(Path path) throws IOException {
    PosixFileAttributeView view = view(path);
    if (view == null) {
      return;
    }
    PosixFileAttributes attributes = view.readAttributes();
    if (attributes.permissions().stream().anyMatch(OTHERS::contains)) {
      throw new FileSystemException(
          path.toString(),
          null,
          "others may write it (%s), so the code in it may be theirs: remove it, or revoke that permission"
                  .formatted(PosixFilePermissions.toString(attributes.permissions()))
              + " from them");
    }
    if (!isAdministrators(path) && !attributes.owner().equals(thisUser())) {
      throw new FileSystemException(
          path.toString(),
          null,
          "it belongs to %s, so the code in it may be another user's: remove it"
              .formatted(attributes.owner().getName()));
    }
  }

  private static @Nullable PosixFileAttributeView view(Path path) {
    return Files.getFileAttributeView(
        path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isAdministrators(Path path) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(ADMINISTRATOR);
  }

  /** Not looked up by name: in a container a user may have none. */
  private static UserPrincipal thisUser() throws IOException {
    Path own = Files.createTempFile("tribuo-distill", null);
    try {
      return Files.getOwner(own);
    } finally {
      Files.delete(own);
    }
  }
}
