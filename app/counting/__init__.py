"""Stock counts while trading goes on: plan, blind count, variance, posting (盘点)."""
