from arguide.cli import main

raise SystemExit(main())
