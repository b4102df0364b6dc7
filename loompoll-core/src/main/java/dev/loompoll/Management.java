package dev.loompoll;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The way to JMX, which takes time and memory to load: not before somebody asks for it. */
final class Management {
  /** {@code true} registers the MXBean at the first use of Loompoll. */
  static final String PROPERTY = "loompoll.jmx";

  /** Whether that was seen to, or need not be. Written by any thread: twice does no harm. */
  private static volatile boolean asked = isAsked();

  private Management() {}

  /** No property is false; what is neither true nor false counts as asked, and fails then. */
  private static boolean isAsked() {
    return !System.getProperty(PROPERTY, "false").equals("false");
  }

  static void registerIfAsked() {
    if (asked) {
      String value = System.getProperty(PROPERTY, "true");
      if (!value.equals("true")) {
        throw new IllegalStateException("-D" + PROPERTY + "=" + value + ": not true or false");
      }
      register();
      asked = false;
    }
  }

  static void register() {
    try {
      Registration.register();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "no MXBean: this runtime lacks the module java.management (--add-modules java.management)",
          e);
    }
  }

  /** Apart, because its methods cannot be linked without JMX. */
  private static final class Registration {
    static void register() {
      try {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        server.registerMBean(new Bean(), new ObjectName(LoompollMXBean.NAME));
      } catch (InstanceAlreadyExistsException e) {
        // as it should be
      } catch (JMException e) {
        throw new IllegalStateException("no MXBean: " + e, e);
      }
    }
  }

  private static final class Bean implements LoompollMXBean {
    @Override
    public Stats getStats() {
      return Loompoll.stats();
    }

    @Override
    public Loompoll.Runtime getRuntime() {
      return Loompoll.runtime();
    }
  }
}
